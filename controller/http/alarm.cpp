// SPDX-License-Identifier: Apache-2.0
#include "http/alarm.hpp"

#include "base/log.hpp"

#include <utility>

namespace sipsteer::http {

namespace {

constexpr std::chrono::minutes kQuiet{1};

} // namespace

bool Alarm::note(const std::string &client, const std::string &problem, Clock::time_point now) {
    ++count_;
    if (now < quiet_until_) {
        return false;
    }
    quiet_until_ = now + kQuiet;
    log::warn(event_,
              {{"count", std::exchange(count_, 0)}, {"client", client}, {"problem", problem}});
    return true;
}

} // namespace sipsteer::http

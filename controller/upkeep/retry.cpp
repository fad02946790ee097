// SPDX-License-Identifier: Apache-2.0
#include "upkeep/retry.hpp"

#include <algorithm>

namespace sipsteer::upkeep {

namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{30};

} // namespace

bool Retry::is_due(const std::string &step, const LinkInfo &link, Time now) const {
    const auto failure = failures_.find(step);
    return failure == failures_.end() || failure->second.link != link ||
           now >= failure->second.next;
}

void Retry::failed(const std::string &step, const LinkInfo &link, Time now) {
    auto &failure = failures_[step];
    failure.link = link;
    failure.pause = std::clamp(failure.pause * 2, kFirstPause, kLongestPause);
    failure.next = now + failure.pause;
}

} // namespace sipsteer::upkeep

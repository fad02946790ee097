// SPDX-License-Identifier: Apache-2.0
#include "daemon/loop_watch.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace sipsteer::daemon {

namespace {

constexpr std::chrono::milliseconds kPeriod{100};
constexpr std::chrono::milliseconds kNoStall{100};

/// A stall that is worth a line in the log, which has one a minute at most.
constexpr std::chrono::seconds kWorthALine{1};
constexpr std::chrono::minutes kBetweenWarnings{1};

} // namespace

void LoopWatch::start() {
    arm();
}

void LoopWatch::arm() {
    timer_.expires_after(kPeriod);
    timer_.async_wait([this, due = timer_.expiry()](const boost::system::error_code &failed) {
        if (!failed) {
            note(Clock::now() - due);
            arm();
        }
    });
}

void LoopWatch::note(Clock::duration late) {
    if (late <= kNoStall) {
        return;
    }
    stalled_ += late;
    longest_ = std::max<std::chrono::duration<double>>(longest_, late);
    const auto now = Clock::now();
    if (late >= kWorthALine && now >= next_warning_) {
        log::warn("loop_stalled",
                  {{"ms", std::chrono::duration_cast<std::chrono::milliseconds>(late).count()},
                   {"effect", "meanwhile no probe was sent and no request answered"}});
        next_warning_ = now + kBetweenWarnings;
    }
}

} // namespace sipsteer::daemon

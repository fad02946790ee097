// SPDX-License-Identifier: Apache-2.0
#include "health/probe_state.hpp"

#include "config/duration.hpp"

#include <algorithm>

namespace sipsteer::health {

namespace {
std::string in_a_row(const std::string &text, unsigned count) {
    return text + " " + std::to_string(count) + " of " + std::to_string(count);
}
} // namespace

bool ProbeState::success(const std::string &text, const Limits &limits, Time now) {
    failures_ = 0;
    if (health_ == Health::Up) {
        return false;
    }
    const unsigned needed = health_ == Health::Unknown ? 1 : std::max(limits.rise, 1U);
    successes_ = std::min(successes_ + 1, needed);
    if (successes_ < needed || now < held_until_) {
        return false;
    }
    return change(Health::Up, in_a_row(text, needed));
}

bool ProbeState::failure(const std::string &text, const Limits &limits, Time now) {
    successes_ = 0;
    if (health_ == Health::Down) {
        latest_ = text;
        return false;
    }
    const unsigned needed = std::max(limits.fall, 1U);
    ++failures_;
    return failures_ >= needed && go_down(text, in_a_row(text, needed), limits.hold_down, now);
}

bool ProbeState::gone(const std::string &text, const Limits &limits, Time now) {
    successes_ = 0;
    return health_ != Health::Down && go_down(text, text, limits.hold_down, now);
}

bool ProbeState::go_down(const std::string &text, const std::string &reason,
                         const config::HoldDown &hold_down, Time now) {
    decisive_ = text;
    downs_.push_back(now);
    while (now - downs_.front() > hold_down.within) {
        downs_.pop_front();
    }
    const bool flaps = downs_.size() > hold_down.after && hold_down.time.count() > 0;
    if (!flaps) {
        return change(Health::Down, reason);
    }
    held_until_ = now + hold_down.time;
    return change(Health::Down, reason + ", held: down " + std::to_string(downs_.size()) +
                                    " times in " + config::format_duration(hold_down.within));
}

bool ProbeState::change(Health to, const std::string &reason) {
    health_ = to;
    successes_ = 0;
    failures_ = 0;
    latest_.clear();
    reason_ = reason;
    return true;
}

std::string ProbeState::reason() const {
    return latest_.empty() || latest_ == decisive_ ? reason_ : reason_ + ", now " + latest_;
}

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#include "health/probe_state.hpp"

#include <algorithm>

namespace sipsteer::health {

using plan::Health;

bool ProbeState::success(const std::string &text, Limits limits) {
    failures_ = 0;
    if (health_ == Health::Up) {
        return false;
    }
    const unsigned needed = health_ == Health::Unknown ? 1 : std::max(limits.rise, 1U);
    ++successes_;
    return successes_ >= needed && change(Health::Up, text, needed);
}

bool ProbeState::failure(const std::string &text, Limits limits) {
    successes_ = 0;
    if (health_ == Health::Down) {
        return false;
    }
    const unsigned needed = std::max(limits.fall, 1U);
    ++failures_;
    return failures_ >= needed && change(Health::Down, text, needed);
}

bool ProbeState::change(Health to, const std::string &text, unsigned needed) {
    health_ = to;
    successes_ = 0;
    failures_ = 0;
    reason_ = text + " " + std::to_string(needed) + " of " + std::to_string(needed);
    return true;
}

} // namespace sipsteer::health

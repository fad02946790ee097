// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/plan.hpp"

#include <string>

namespace sipsteer::health {

/// From the outcomes of single probes to the health of a server. Pure.
///
///   Unknown -> Up    at the first success: a farm that has just been started serves at once
///   Unknown -> Down  after `fall` failures in a row
///   Up -> Down       after `fall` failures in a row
///   Down -> Up       after `rise` successes in a row
class ProbeState {
public:
    /// How many in a row it takes; 0 counts as 1. May differ from call to call.
    struct Limits {
        unsigned rise = 2;
        unsigned fall = 3;
    };

    explicit ProbeState(plan::Health initial = plan::Health::Unknown) : health_(initial) {}

    /// One probe came out well or badly; `text` says how ("200 OK", "timeout"). True if that
    /// changed the health.
    bool success(const std::string &text, Limits limits);
    bool failure(const std::string &text, Limits limits);

    plan::Health health() const { return health_; }

    /// Why the health is what it is: the outcome that decided and how many in a row it took,
    /// "timeout 3 of 3". Empty before the first change.
    const std::string &reason() const { return reason_; }

private:
    bool change(plan::Health to, const std::string &text, unsigned needed);

    plan::Health health_;
    unsigned successes_ = 0; // in a row, while they speak against health_
    unsigned failures_ = 0;
    std::string reason_;
};

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/health.hpp"
#include "base/server_id.hpp"
#include "config/model.hpp"

#include <chrono>
#include <deque>
#include <string>

namespace sipsteer::health {

/// From the outcomes of single probes to the health of a server. Pure: time is told to it.
///
///   Unknown -> Up    at the first success: a farm that has just been started serves at once
///   Unknown -> Down  after `fall` failures in a row
///   Up -> Down       after `fall` failures in a row
///   Down -> Up       after `rise` successes in a row; if the server flaps, only when the hold
///                    that began with its last way down is over (config::HoldDown)
class ProbeState {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// How many in a row it takes; 0 counts as 1. May differ from call to call.
    struct Limits {
        unsigned rise = 2;
        unsigned fall = 3;
        config::HoldDown hold_down;
    };

    /// A server may be known to be up, or down, before the first probe.
    explicit ProbeState(Health initial = Health::Unknown)
        : health_(initial), reason_(initial == Health::Down ? "down before" : "") {}

    /// One probe came out well or badly; `text` says how ("200 OK", "timeout"). True if that
    /// changed the health. `now` never goes back.
    bool success(const std::string &text, const Limits &limits, Time now);
    bool failure(const std::string &text, const Limits &limits, Time now);

    /// Down without waiting for `fall` failures; the reason is `text` alone.
    bool gone(const std::string &text, const Limits &limits, Time now);

    Health health() const { return health_; }

    /// Failures in a row that speak against the health it has.
    unsigned failures() const { return failures_; }

    /// Why the health is what it is: the outcome that decided and how many in a row it took,
    /// "timeout 3 of 3", and the hold: "timeout 3 of 3, held: down 6 times in 5m"; and what keeps
    /// it down, if that is something else by now: "neighbour failed, now timeout". Empty before the
    /// first change.
    std::string reason() const;

    /// Until when it stays down at least; the past if it is not held.
    Time held_until() const { return held_until_; }

private:
    bool change(Health to, const std::string &reason);
    bool go_down(const std::string &text, const std::string &reason,
                 const config::HoldDown &hold_down, Time now);

    Health health_;
    unsigned successes_ = 0; // in a row, while they speak against health_
    unsigned failures_ = 0;
    std::string reason_;
    std::string decisive_;   // the text of the outcome that took it down
    std::string latest_;     // of the last failure since then; empty if there was none
    std::deque<Time> downs_; // the ways down within the window, oldest first
    Time held_until_{};
};

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
//
// Slow start: a server that comes back gets a growing part of its weight, from a tenth to all of
// it. Pure: the time is passed in.
//
// It comes back when it is seen to serve after it was away (standing.hpp), or after it served and
// then was unclear. A server that is seen for the first time does not come back: at the daemon's
// start, and when a farm is started, everybody has all of its weight at once.
#pragma once

#include "config/model.hpp"
#include "farm/plan/plan.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace sipsteer::plan {

/// A ramp has 18 steps of 1/20 of the weight, the first part being 2/20.
inline constexpr unsigned kWholeShare = 20;
inline constexpr unsigned kFirstShare = 2;

class SlowStart {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// What is so at `now`. Forgets servers that are not configured.
    void update(const config::Config &config, const Observed &observed, Time now);

    /// As of the last update: the parts of kWholeShare that servers with a ramp have; the others
    /// have all of it.
    std::map<ServerId, unsigned> shares() const;

    /// When the next share grows.
    std::optional<Time> next() const;

private:
    struct Ramp {
        unsigned share = kFirstShare;
        Time began;
        Time next;
    };
    struct Server {
        bool was_away = false;
        bool served = false;
        std::optional<Ramp> ramp;
    };

    static void observe(Server &server, const config::Pool &pool, const config::Server &configured,
                        const Observed &observed, Time now);
    static void advance(std::optional<Ramp> &ramp, std::chrono::nanoseconds whole, Time now);

    std::map<ServerId, Server> servers_;
};

} // namespace sipsteer::plan

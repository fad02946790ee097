// SPDX-License-Identifier: Apache-2.0
//
// Drains: since when servers have been draining, whether their deadlines have passed, whether they
// are done. Pure: the time is passed in.
#pragma once

#include "config/model.hpp"
#include "farm/plan/plan.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace sipsteer::plan {

struct Drain {
    using Time = std::chrono::steady_clock::time_point;

    Time began;
    std::optional<Time> deadline;
    bool over = false;       // the deadline has passed: its calls go to others
    bool done = false;       // a whole pass of the sweep found no call of it
    bool pass_ended = false; // one of the sweep has, since the drain began
};

struct DrainNote {
    enum class What { Started, Done, Deadline };
    What what;
    ServerId id;

    bool operator==(const DrainNote &) const = default;
};

class Drains {
public:
    using Time = Drain::Time;

    Drains() = default;

    /// Goes on with drains that an earlier run began at these times.
    explicit Drains(const std::map<ServerId, Time> &began);

    /// What is configured at `now`. A server that is not draining any more is forgotten.
    std::vector<DrainNote> update(const config::Config &config, Time now);

    /// A pass of the sweep has ended; `calls_of` tells how many calls it found of a server. The
    /// pass may have begun before the drain, so the first one to end proves nothing.
    std::vector<DrainNote>
    note_pass(const std::function<std::uint64_t(const ServerId &)> &calls_of);

    const std::map<ServerId, Drain> &all() const { return drains_; }
    std::map<ServerId, Time> began() const;
    std::set<ServerId> over() const;

    /// When the next deadline passes.
    std::optional<Time> next() const;

private:
    std::map<ServerId, Drain> drains_;
};

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "calls/rehoming.hpp"
#include "farm/plan/plan.hpp"
#include "farm/world.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace sipsteer::farm {

/// Moves all running calls of servers to others of their pools, spread by the weights in force
/// (farm/plan/turns.hpp), a slice of the call table every fiftieth of a second.
class Rehomes {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `source` is asked before every slice, and must outlive this.
    Rehomes(boost::asio::io_context &io, const WorldSource &source);

    /// Who is told of each call that is moved.
    void set_tell(calls::Rehoming::Tell tell) { tell_ = std::move(tell); }

    /// Fails, with what is in the way, if it is at work already or nobody can take the calls.
    Status begin(const ServerId &id);

    /// {"state": "running", "pass": 1, "buckets_done": 16384, "buckets": 142858, "moved": 17,
    /// "left": 3, "seconds": 0.2, "problem": ""}. state: running, done or given_up, problem says
    /// why. left: live calls that the server has now, those it has got since included. Null if it
    /// was never begun.
    nlohmann::json progress(const ServerId &id) const;

    /// progress() of all that were begun.
    std::map<ServerId, nlohmann::json> all_progress() const;

    /// The next slice of each that runs. True while any does.
    bool slice();

private:
    enum class State { Running, Done, GivenUp };

    struct Job {
        std::uint16_t server = 0; // index
        calls::Rehoming rehoming;
        State state = State::Running;
        std::string problem;
        Time began;
        Time ended;
        std::vector<plan::RingMember> members; // who get the calls
        std::shared_ptr<const ss_ring> turns;  // of the members
        std::uint32_t turn = 0;
    };

    void arm();
    void slice(const ServerId &id, Job &job, const farm::World &world);
    void end(const ServerId &id, Job &job, const farm::World &world, State state);

    boost::asio::steady_timer timer_;
    const WorldSource &source_;
    calls::Rehoming::Tell tell_;
    std::map<ServerId, Job> jobs_; // the last of each server
    bool armed_ = false;
};

} // namespace sipsteer::farm

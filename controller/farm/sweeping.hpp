// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/doubles.hpp"
#include "calls/drift.hpp"
#include "calls/sweeper.hpp"
#include "farm/farm.hpp"
#include "farm/plan/plan.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace sipsteer::farm {

/// What the sweep has found and cost so far.
struct Swept {
    calls::SweepTotals totals;
    std::chrono::microseconds pass_time{0}; // spent on the last pass
    std::chrono::microseconds pass_duration{
        0};                                 // of the last pass, from its first slice to its last
    std::chrono::microseconds time_ever{0}; // spent on all passes and on the one under way
};

/// Sweeps the call table a slice at a time, every tenth of a second.
class Sweeping {
public:
    /// `on_pass` is called after every pass over the whole table.
    Sweeping(boost::asio::io_context &io, std::vector<calls::Segment> tables, calls::Loads loads,
             std::function<void()> on_pass);

    void start();

    /// The tables to sweep from now on, the present one first.
    void set_tables(std::vector<calls::Segment> segments) {
        doubles_.set_tables(segments);
        sweeper_.set_tables(std::move(segments));
    }

    /// Called with every entry whose lifetime was over; nobody: an empty one.
    void set_on_removed(std::function<void(const calls::Placed &entry)> on_removed) {
        sweeper_.set_on_removed(std::move(on_removed));
    }

    /// The lifetimes to go by from now on. Calls of a server that is no longer planned go by its
    /// pool, as in the data plane; if that is gone, too, they keep those they had.
    void set_plan(const plan::Plan &plan, const std::vector<Leaving> &leaving);

    const calls::SweepTotals &totals() const { return sweeper_.totals(); }
    const calls::Lifetimes &lifetimes() const { return lifetimes_; }

    /// When the last pass ended; nothing: none has yet.
    std::optional<std::chrono::steady_clock::time_point> passed_at() const { return passed_at_; }

    Swept swept() const { return {totals(), pass_time_, pass_duration_, time_ever_}; }

private:
    void arm();
    void slice();
    void repair();
    void remove_doubles(std::size_t buckets);
    void set_lifetimes(std::uint16_t server, std::uint16_t pool, const plan::Plan &plan);

    boost::asio::steady_timer timer_;
    calls::Sweeper sweeper_;
    calls::Loads loads_;
    calls::Drift drift_;
    calls::Doubles doubles_;
    std::uint64_t doubles_told_ = 0; // of those removed
    calls::Lifetimes lifetimes_;
    std::function<void()> on_pass_;
    std::chrono::microseconds spent_{0};
    std::chrono::microseconds pass_time_{0};
    std::optional<std::chrono::steady_clock::time_point> passed_at_;
    std::chrono::microseconds pass_duration_{0};
    std::chrono::microseconds time_ever_{0};
    std::optional<std::chrono::steady_clock::time_point> pass_begun_; // of the pass under way
};

} // namespace sipsteer::farm

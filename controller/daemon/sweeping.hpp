// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/sweeper.hpp"
#include "plan/plan.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

namespace sipsteer::daemon {

/// Sweeps the call table a slice at a time, every tenth of a second.
class Sweeping {
public:
    /// `on_pass` is called after every pass over the whole table.
    Sweeping(boost::asio::io_context &io, calls::Table table, std::function<void()> on_pass);

    void start();

    /// The lifetimes to go by from now on. Calls of a server that is no longer planned keep those
    /// they had: the data plane, too, goes by their pool.
    void set_plan(const plan::Plan &plan);

    const calls::SweepTotals &totals() const { return sweeper_.totals(); }
    const calls::Lifetimes &lifetimes() const { return lifetimes_; }

    /// Time spent on the last pass.
    std::chrono::microseconds pass_time() const { return pass_time_; }

private:
    void arm();
    void slice();

    boost::asio::steady_timer timer_;
    calls::Sweeper sweeper_;
    calls::Lifetimes lifetimes_;
    std::function<void()> on_pass_;
    std::chrono::microseconds spent_{0};
    std::chrono::microseconds pass_time_{0};
};

} // namespace sipsteer::daemon

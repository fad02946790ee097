// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace sipsteer::daemon {

/// Sees whether the event loop turns: while it stands still nothing is probed and nobody answered.
/// A host that stops the process counts, too.
class LoopWatch {
public:
    explicit LoopWatch(boost::asio::io_context &io) : timer_(io) {}

    /// From now on.
    void start();

    /// Of all stalls, and of the longest one. A turn of up to 100 ms is no stall.
    std::chrono::duration<double> stalled() const { return stalled_; }
    std::chrono::duration<double> longest() const { return longest_; }

private:
    using Clock = std::chrono::steady_clock;

    void arm();
    void note(Clock::duration late);

    boost::asio::steady_timer timer_;
    std::chrono::duration<double> stalled_{0};
    std::chrono::duration<double> longest_{0};
    Clock::time_point next_warning_{};
};

} // namespace sipsteer::daemon

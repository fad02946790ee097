// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

namespace sipsteer::events {

/// Whether an event is wanted; empty: all are.
using Wanted = std::function<bool(const Event &)>;

/// One who listens. What he does not take in time is dropped and counted, so that he costs no more
/// than a full queue.
class Subscription {
public:
    Subscription(const boost::asio::any_io_executor &executor, Wanted wanted, std::size_t queued);

    void offer(const Event &event);

    struct Batch {
        std::vector<Event> events;
        std::size_t dropped = 0; // after them
        bool ended = false;      // nothing comes any more
    };

    /// Waits until there is something, or for that long: then the batch is empty. One caller at a
    /// time.
    boost::asio::awaitable<Batch> next(std::chrono::milliseconds patience);

    void end();

private:
    boost::asio::steady_timer wake_;
    Wanted wanted_;
    std::size_t most_;
    std::deque<Event> queue_;
    std::size_t dropped_ = 0;
    bool ended_ = false;
};

} // namespace sipsteer::events

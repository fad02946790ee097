// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/engine_clock.hpp"
#include "cluster/redis_link.hpp"
#include "cluster/shared_call.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::cluster {

/// Who tells, and of which calls: the head of each batch.
struct Sender {
    std::string cluster;
    std::string director;
    std::uint64_t run = 0;
    std::uint64_t mark = 0;
};

/// Puts accounts of calls into the engine: each batch into the stream, and each account under a key
/// of its own. What is under way is bounded, so there is no queue: a call that finds no room is
/// told by a later pass over the table.
class Outbox {
public:
    struct Counts {
        std::uint64_t sent = 0;    // accounts that the engine has
        std::uint64_t lost = 0;    // that it refused, or that a connection ended before; told again
        std::uint64_t batches = 0; // that the engine has
    };

    struct Watcher {
        std::function<void()> up; // the engine may have lost what it had
        std::function<void(const std::vector<CallName> &calls)> lost;
    };

    Outbox(boost::asio::io_context &io, const config::Redis &redis, Sender sender,
           EngineClock &clock, Watcher watcher);

    void start() { link_.start(); }

    /// Whether there is room for another account.
    bool has_room() const;

    /// There is room.
    void add(const SharedCall &call, std::chrono::milliseconds keep, std::uint32_t buckets);

    /// Sends what was added.
    void flush(std::uint32_t buckets);

    /// Says that this director is there, and asks for the time.
    void beat(std::uint32_t buckets);

    const RedisLink &link() const { return link_; }
    const Counts &counts() const { return counts_; }
    std::size_t under_way() const { return under_way_; } // accounts

private:
    struct Kept {
        SharedCall call;
        std::chrono::milliseconds keep;
    };
    struct Flight;

    Batch make_batch(std::uint32_t buckets);
    void send_batch(const Batch &batch, const std::shared_ptr<Flight> &flight);
    void keep_call(const Batch &batch, const Kept &kept, const std::shared_ptr<Flight> &flight);
    void land(Flight &flight, const redisReply *reply);
    void ask_time();
    void refused(const std::string &problem, std::size_t calls);

    Sender sender_;
    EngineClock &clock_;
    Watcher watcher_;
    std::vector<Kept> added_;
    std::size_t under_way_ = 0;
    std::uint64_t number_ = 0;
    Counts counts_;
    std::chrono::steady_clock::time_point rest_until_{}; // after a refusal
    std::string refusal_;                                // the last one; empty: none since
    RedisLink link_; // the last member: its end finds the others there
};

} // namespace sipsteer::cluster

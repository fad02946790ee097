// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/engine_clock.hpp"
#include "cluster/redis_link.hpp"

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sipsteer::cluster {

/// Reads the engine: first what it keeps of each call, then the stream from where it was when that
/// reading began. With each new connection it begins anew, so nothing is missed. A replica that is
/// not in step with its master may get other contents: once it is in step, it begins anew as well.
class Inbox {
public:
    struct Watcher {
        std::function<void(std::string_view text)> batch;
        std::function<void(std::uint64_t keys)> caught_up; // all that was kept is read
    };

    Inbox(boost::asio::io_context &io, const config::Redis &redis, std::string cluster,
          EngineClock &clock, Watcher watcher);

    void start() { link_.start(); }

    /// Batches are missing: the stream was cut before they were read.
    void begin_anew() { anew_ = true; }

    const RedisLink &link() const { return link_; }

    /// What was kept is read, and the stream is followed.
    bool is_caught_up() const { return caught_up_; }

private:
    using Next = void (Inbox::*)(const redisReply *reply);
    void ask(const RedisLink::Command &command, Next next);
    void begin();
    void take_role(const redisReply *reply);
    void take_time(const redisReply *reply);
    void take_last(const redisReply *reply);
    void scan();
    void take_keys(const redisReply *reply);
    void take_values(const redisReply *reply);
    void go_on_scanning();
    void follow();
    void take_role_again(const redisReply *reply);
    void take_stream(const redisReply *reply);
    void take_entry(const redisReply *entry);

    std::string cluster_;
    EngineClock &clock_;
    Watcher watcher_;
    std::string last_;   // ID in the stream
    std::string cursor_; // of SCAN
    std::uint64_t keys_ = 0;
    bool caught_up_ = false;
    bool anew_ = false;
    bool in_step_ = false; // it is no replica, or one that has what its master has
    RedisLink link_;       // the last member: its end finds the others there
};

} // namespace sipsteer::cluster

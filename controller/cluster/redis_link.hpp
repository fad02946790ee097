// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

struct redisAsyncContext;
struct redisReply;

namespace sipsteer::cluster {

/// The text of a reply that is one; empty: it is none.
std::string_view text_of(const redisReply *reply);

/// Its elements; none: it is no list.
std::vector<const redisReply *> elements_of(const redisReply *reply);

/// What went wrong, by a reply; empty: nothing. Null: the connection ended.
std::string problem_of(const redisReply *reply);

/// A connection to Redis that comes back by itself: to the first address that answers, knows the
/// password, and takes writes if these are wanted. Between two rounds over the addresses it pauses,
/// longer each time. Nothing here waits for the network.
class RedisLink {
public:
    using Command = std::vector<std::string>;
    using Done = std::function<void(const redisReply *reply)>; // null: no answer will come

    enum class Use { Read, Write };

    struct Watcher {
        std::function<void()> up;
        std::function<void()> down; // it was up
    };

    RedisLink(boost::asio::io_context &io, config::Redis redis, Use use, Watcher watcher);
    ~RedisLink();
    RedisLink(const RedisLink &) = delete;
    RedisLink &operator=(const RedisLink &) = delete;

    void start();

    bool is_up() const { return up_; }

    /// That it is connected to, or was tried last.
    std::string address() const;

    /// Why it is not up.
    const std::string &problem() const { return problem_; }

    /// `done` is called once, later. Without a connection that is with null, at once.
    void send(const Command &command, Done done);

    /// Ends the connection, and goes on with the next address.
    void drop(const std::string &problem);

private:
    struct Waiting;
    void connect();
    void on_connected(bool connected, const std::string &problem);
    void sign_in();
    void ask_role();
    void set_up();
    void ended(const std::string &problem);
    void await_next_try();
    void await_look();
    void look();

    boost::asio::io_context &io_;
    config::Redis redis_;
    Use use_;
    Watcher watcher_;
    boost::asio::steady_timer retry_timer_;
    boost::asio::steady_timer look_timer_;
    redisAsyncContext *context_ = nullptr;
    std::size_t next_ = 0; // address
    std::size_t last_ = 0; // likewise: the one in use
    std::chrono::milliseconds pause_;
    bool up_ = false;
    bool ending_ = false;
    std::size_t unanswered_ = 0;
    std::chrono::steady_clock::time_point progress_{}; // an answer, or a command with none before
    std::string problem_ = "not connected yet";
    std::vector<std::string> problems_; // by address: the last one that the log has
};

} // namespace sipsteer::cluster

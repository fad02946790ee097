// SPDX-License-Identifier: Apache-2.0
#include "cluster/inbox.hpp"

#include "cluster/keys.hpp"
#include "cluster/redis_time.hpp"

#include <utility>

namespace sipsteer::cluster {

namespace {

/// Each reply is worked off in one turn of the loop: about a thousand accounts, a few milliseconds.
constexpr const char *kKeysAtOnce = "500";
constexpr const char *kBatchesAtOnce = "8";

constexpr const char *kLongestWait = "1000"; // ms, for the stream

/// By the reply to ROLE: ["master", ...], or ["slave", ADDRESS, PORT, STATE, ...].
bool is_in_step(const redisReply *reply) {
    const auto parts = elements_of(reply);
    return parts.size() < 4 || text_of(parts[0]) != "slave" || text_of(parts[3]) == "connected";
}

} // namespace

Inbox::Inbox(boost::asio::io_context &io, const config::Redis &redis, std::string cluster,
             EngineClock &clock, Watcher watcher)
    : cluster_(std::move(cluster)), clock_(clock), watcher_(std::move(watcher)),
      link_(io, redis, RedisLink::Use::Read,
            {[this] { begin(); }, [this] { caught_up_ = false; }}) {}

void Inbox::ask(const RedisLink::Command &command, Next next) {
    link_.send(command, [this, next](const redisReply *reply) {
        const auto problem = problem_of(reply);
        if (problem.empty()) {
            (this->*next)(reply);
        } else {
            link_.drop(problem);
        }
    });
}

void Inbox::begin() {
    anew_ = false;
    caught_up_ = false;
    keys_ = 0;
    ask({"ROLE"}, &Inbox::take_role);
}

void Inbox::take_role(const redisReply *reply) {
    in_step_ = is_in_step(reply);
    ask({"TIME"}, &Inbox::take_time);
}

void Inbox::take_time(const redisReply *reply) {
    set_clock(clock_, reply);
    ask({"XREVRANGE", stream_key(cluster_), "+", "-", "COUNT", "1"}, &Inbox::take_last);
}

void Inbox::take_last(const redisReply *reply) {
    const auto entries = elements_of(reply);
    const auto entry = entries.empty() ? entries : elements_of(entries.front());
    last_ = entry.empty() ? "0-0" : std::string(text_of(entry.front()));
    cursor_ = "0";
    scan();
}

void Inbox::scan() {
    ask({"SCAN", cursor_, "MATCH", call_keys(cluster_), "COUNT", kKeysAtOnce}, &Inbox::take_keys);
}

void Inbox::take_keys(const redisReply *reply) {
    const auto parts = elements_of(reply);
    if (parts.size() != 2) {
        return link_.drop("the reply to SCAN is not of its form");
    }
    cursor_ = text_of(parts[0]);
    RedisLink::Command command{"MGET"};
    for (const auto *key : elements_of(parts[1])) {
        command.emplace_back(text_of(key));
    }
    if (command.size() == 1) {
        return go_on_scanning();
    }
    keys_ += command.size() - 1;
    ask(command, &Inbox::take_values);
}

void Inbox::take_values(const redisReply *reply) {
    for (const auto *value : elements_of(reply)) {
        if (!text_of(value).empty()) { // one may have expired
            watcher_.batch(text_of(value));
        }
    }
    go_on_scanning();
}

void Inbox::go_on_scanning() {
    if (cursor_ != "0") {
        return scan();
    }
    caught_up_ = true;
    watcher_.caught_up(keys_);
    follow();
}

void Inbox::follow() {
    ask({"XREAD", "COUNT", kBatchesAtOnce, "BLOCK", kLongestWait, "STREAMS", stream_key(cluster_),
         last_},
        &Inbox::take_stream);
}

/// [[KEY, [[ID, ["batch", TEXT]], ...]]], or nothing after a wait.
void Inbox::take_stream(const redisReply *reply) {
    for (const auto *stream : elements_of(reply)) {
        const auto parts = elements_of(stream);
        for (const auto *entry : elements_of(parts.size() == 2 ? parts[1] : nullptr)) {
            take_entry(entry);
        }
    }
    if (anew_) {
        begin();
    } else if (!in_step_) {
        ask({"ROLE"}, &Inbox::take_role_again);
    } else {
        follow();
    }
}

void Inbox::take_role_again(const redisReply *reply) {
    if (is_in_step(reply)) {
        begin();
    } else {
        follow();
    }
}

void Inbox::take_entry(const redisReply *entry) {
    const auto parts = elements_of(entry);
    if (parts.size() != 2) {
        return;
    }
    last_ = text_of(parts[0]);
    const auto fields = elements_of(parts[1]);
    const bool is_batch = fields.size() == 2 && text_of(fields[0]) == "batch";
    watcher_.batch(is_batch ? text_of(fields[1]) : std::string_view());
}

} // namespace sipsteer::cluster

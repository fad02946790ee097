// SPDX-License-Identifier: Apache-2.0
#include "cluster/outbox.hpp"

#include "base/log.hpp"
#include "cluster/keys.hpp"
#include "cluster/redis_time.hpp"

#include <algorithm>

namespace sipsteer::cluster {

namespace {

/// Accounts that the engine has not answered for: a slow one gets no more.
constexpr std::size_t kMostUnderWay = 4096;

/// Batches that the stream keeps, about: a million accounts.
constexpr const char *kStreamLength = "10000";

/// An engine that refused is full, or has no right to write: it is asked again after this.
constexpr std::chrono::seconds kRest{2};

} // namespace

/// A batch and its keys, until all are answered.
struct Outbox::Flight {
    std::vector<CallName> calls;
    std::size_t unanswered = 0;
    std::string problem; // the first one
};

Outbox::Outbox(boost::asio::io_context &io, const config::Redis &redis, Sender sender,
               EngineClock &clock, Watcher watcher)
    : sender_(std::move(sender)), clock_(clock), watcher_(std::move(watcher)),
      link_(io, redis, RedisLink::Use::Write,
            {[this] {
                 ask_time();
                 watcher_.up();
             },
             [] {}}) {}

bool Outbox::has_room() const {
    return link_.is_up() && clock_.is_known() && under_way_ + added_.size() < kMostUnderWay &&
           std::chrono::steady_clock::now() >= rest_until_;
}

void Outbox::add(const SharedCall &call, std::chrono::milliseconds keep, std::uint32_t buckets) {
    added_.push_back({call, keep});
    if (added_.size() == kMostCallsInBatch) {
        flush(buckets);
    }
}

Batch Outbox::make_batch(std::uint32_t buckets) {
    return {sender_.director, sender_.run, ++number_, clock_.now().ms, sender_.mark, buckets, {}};
}

void Outbox::flush(std::uint32_t buckets) {
    if (added_.empty()) {
        return;
    }
    Batch batch = make_batch(buckets);
    auto flight = std::make_shared<Flight>();
    for (const auto &kept : added_) {
        batch.calls.push_back(kept.call);
        flight->calls.push_back(kept.call.call);
    }
    const auto added = std::exchange(added_, {});
    under_way_ += added.size();
    flight->unanswered = added.size() + 1;
    for (const auto &kept : added) {
        keep_call(batch, kept, flight);
    }
    send_batch(batch, flight);
}

void Outbox::send_batch(const Batch &batch, const std::shared_ptr<Flight> &flight) {
    link_.send({"XADD", stream_key(sender_.cluster), "MAXLEN", "~", kStreamLength, "*", "batch",
                to_text(batch)},
               [this, flight](const redisReply *reply) { land(*flight, reply); });
}

void Outbox::keep_call(const Batch &batch, const Kept &kept,
                       const std::shared_ptr<Flight> &flight) {
    Batch one = batch;
    one.number = 0;
    one.calls = {kept.call};
    link_.send({"SET", call_key(sender_.cluster, sender_.director, kept.call.call), to_text(one),
                "PX", std::to_string(kept.keep.count())},
               [this, flight](const redisReply *reply) { land(*flight, reply); });
}

void Outbox::land(Flight &flight, const redisReply *reply) {
    if (flight.problem.empty()) {
        flight.problem = problem_of(reply);
    }
    if (--flight.unanswered != 0) {
        return;
    }
    under_way_ -= flight.calls.size();
    if (flight.problem.empty()) {
        counts_.sent += flight.calls.size();
        ++counts_.batches;
        if (!std::exchange(refusal_, {}).empty()) {
            log::info("cluster_telling_again");
        }
        return;
    }
    counts_.lost += flight.calls.size();
    refused(flight.problem, flight.calls.size());
    watcher_.lost(flight.calls);
}

/// A replica that was a master, or a user that lost a right: another address may be better.
void Outbox::refused(const std::string &problem, std::size_t calls) {
    if (!link_.is_up()) {
        return; // the link has said why
    }
    rest_until_ = std::chrono::steady_clock::now() + kRest;
    if (refusal_ != problem) {
        log::warn("cluster_not_told", {{"problem", problem}, {"calls", calls}});
    }
    refusal_ = problem;
    if (problem.starts_with("READONLY")) {
        link_.drop(problem);
    }
}

void Outbox::beat(std::uint32_t buckets) {
    if (!link_.is_up() || !clock_.is_known()) {
        return;
    }
    auto flight = std::make_shared<Flight>();
    flight->unanswered = 1;
    send_batch(make_batch(buckets), flight);
    ask_time();
}

void Outbox::ask_time() {
    link_.send({"TIME"}, [this](const redisReply *reply) { set_clock(clock_, reply); });
}

} // namespace sipsteer::cluster

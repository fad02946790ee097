// SPDX-License-Identifier: Apache-2.0
//
// The real program and its table beside a model (model.hpp): the same messages, servers' fates and
// hours to both, at random, compared call by call.
//
// The program's clock cannot be set: time passes by writing the entries' times back. What passes
// while the test runs is taken off again, so that an idle time is what the model says, give or take
// a tick.
#pragma once

#include "driver.hpp"
#include "farm.hpp"
#include "model.hpp"
#include "table_memory.hpp"
#include "traffic.hpp"

#include "calls/clock.hpp"
#include "calls/doubles.hpp"
#include "calls/sweeper.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace sipsteer::test {

/// Time passes in steps of ten ticks, lifetimes end in the midst of one.
inline constexpr std::uint32_t kStep = 10;

struct StateOf {
    State state;
    enum ss_call_state written;
    std::uint16_t lifetime;
};
inline constexpr std::array<StateOf, kStates> kStatesOf = {
    {{State::early, SS_CALL_EARLY, 25},
     {State::confirmed, SS_CALL_CONFIRMED, 65},
     {State::closing, SS_CALL_CLOSING, 15},
     {State::other, SS_CALL_OTHER, 35},
     {State::source, SS_CALL_SOURCE, 45}}};

inline std::vector<std::uint32_t> model_lifetimes() {
    std::vector<std::uint32_t> ticks;
    ticks.reserve(kStates);
    for (const StateOf &one : kStatesOf) {
        ticks.push_back(one.lifetime);
    }
    return ticks;
}

struct Size {
    std::uint32_t buckets;
    int names; // of calls
    int steps;
    int hurry; // how often time passes: times in a thousand steps
};

/// What has happened in a trial.
struct Tally {
    std::size_t most = 0; // calls at once
    std::uint64_t given_up = 0, refused = 0, rehomed = 0, swept = 0;
};

class Trial : public Farm {
public:
    Trial(const Size &size, unsigned seed)
        : Farm(size.buckets), size_(size), random_(seed), model_(kServers, model_lifetimes()) {
        for (const StateOf &one : kStatesOf) {
            lifetime(0, one.written, one.lifetime);
            swept_.at(one.written) = one.lifetime;
        }
        for (const ss_reason reason : kReasons) {
            counted_[reason] = packets(reason);
        }
    }

    void step() {
        hold_time();
        const int what = below(1000);
        if (what < size_.hurry) {
            pass();
        } else if (what < 970) {
            send(name(), kTraffic[static_cast<std::size_t>(below(kTraffic.size()))]);
        } else if (what < 977) {
            change_server();
        } else if (what < 985) {
            sweep();
        } else {
            remove();
        }
    }

    /// Both, call by call.
    void compare() {
        INFO("the latest: " << history());
        hold_time();
        for (const auto &[id, call] : model_.calls()) {
            INFO(id);
            compare_call(call);
        }
        REQUIRE(entries_in_table() == model_.calls().size());
        compare_counts();
        tally_.most = std::max(tally_.most, model_.calls().size());
    }

    const Tally &tally() const { return tally_; }

private:
    static constexpr std::array<ss_reason, 5> kReasons = {
        SS_REASON_CALL_NEW, SS_REASON_CALL_HIT, SS_REASON_CALL_REHOMED, SS_REASON_CALL_NO_ROOM,
        SS_REASON_DIALOG_UNKNOWN};

    void compare_call(const ModelCall &call) const {
        const Found found = find_call(memory_.calls.span(), call.hash);
        REQUIRE(found.entries == 1);
        REQUIRE(ss_call_state(found.value) == written(call.state));
        REQUIRE(ss_call_server(found.value) == call.server);
        REQUIRE(ss_call_idle(found.value, now()) <= call.idle + 1);
        REQUIRE(ss_call_idle(found.value, now()) + 1 >= call.idle);
    }

    void compare_counts() const {
        for (__u32 server = 0; server < kServers; server++) {
            REQUIRE(load(server).live == model_.running_at(server));
        }
        for (const auto &[reason, count] : counted_) {
            INFO(reason_label(reason));
            REQUIRE(packets(reason) == count);
        }
    }

    int below(std::size_t bound) {
        return std::uniform_int_distribution<int>(0, static_cast<int>(bound) - 1)(random_);
    }

    std::string name() {
        return "call-" + std::to_string(below(static_cast<std::size_t>(size_.names))) +
               "@example.com";
    }

    void note(const std::string &what) {
        history_.push_back(what);
        if (history_.size() > 8) {
            history_.pop_front();
        }
    }

    std::string history() const {
        std::string text;
        for (const std::string &what : history_) {
            text += what + "; ";
        }
        return text;
    }

    // --- messages
    // ---------------------------------------------------------------------------------

    /// Which attempt of a call a message is of: one of the latest, or a new one.
    int branch_of(const std::string &id, Message message) {
        auto &latest = branches_[id];
        const auto call = model_.calls().find(id);
        const bool over = call == model_.calls().end() || model_.is_over(call->second);
        const bool anew = message == Message::invite && below(3) != 0;
        if (over || (anew && call->second.by_bye)) { // none of an earlier life
            latest.clear();
        }
        if (latest.empty() || anew) {
            latest.push_back(++branch_);
        }
        if (latest.size() > kBranches) {
            latest.pop_front();
        }
        return latest[static_cast<std::size_t>(below(latest.size()))];
    }

    void send(std::string id, Message message) {
        std::string source(kClient);
        std::uint64_t hash = call_hash(id);
        const int dialog = kDialogs.at(static_cast<std::size_t>(below(kDialogs.size())));
        Sent sent{message, branch_of(id, message), dialog};
        sent.beside = hash ^ (std::uint64_t{attempt_hash(sent.branch)} + 1) * 0x9e3779b97f4a7c15;
        std::string text = request_of(sent, id, below(2) != 0);
        if (message == Message::response) {
            text = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP vip.example.com\r\nFrom: <sip:a@b>\r\n"
                   "To: <sip:c@b>\r\nCSeq: 1 OPTIONS\r\nCall-ID: " +
                   id + "\r\n\r\n";
        } else if (message == Message::keepalive) {
            source = "203.0.113." + std::to_string(below(250) + 1);
            hash = source_hash(source);
            id = source;
            text = "\r\n\r\n";
        }
        note(std::string(kMethods[static_cast<std::size_t>(message)]) + " " + id + " " +
             std::to_string(sent.branch) + " in " + std::to_string(dialog) + " as " +
             std::to_string(static_cast<std::size_t>(message)));
        INFO("the latest: " << history());
        std::vector<ss_bucket> before;
        if (message == Message::invite || model_.calls().count(id) == 0) {
            before.assign(memory_.calls.span().begin(), memory_.calls.span().end());
        }
        const Answer answer = model_.message(id, hash, sent);
        const auto server =
            server_for(Packet().eth().ipv4(source, kVip).udp(5060, 5060).payload(text));
        REQUIRE(server == answer.server);
        tally_.rehomed += answer.kind == Answer::Kind::rehomed;
        const bool refused = answer.entered && !check_entered(answer.id, before);
        if (message != Message::keepalive) { // which has a reason of its own
            counted_[refused ? SS_REASON_CALL_NO_ROOM : reason_of(answer.kind)]++;
        }
    }

    static ss_reason reason_of(Answer::Kind kind) {
        switch (kind) {
        case Answer::Kind::fresh:
            return SS_REASON_CALL_NEW;
        case Answer::Kind::hit:
            return SS_REASON_CALL_HIT;
        case Answer::Kind::unknown:
            return SS_REASON_DIALOG_UNKNOWN;
        default:
            return SS_REASON_CALL_REHOMED;
        }
    }

    // --- room
    // -------------------------------------------------------------------------------------

    /// The two buckets of a call as they were before it came.
    struct Buckets {
        __u32 first, other;
        const std::vector<ss_bucket> &table;

        Buckets(std::uint64_t hash, const std::vector<ss_bucket> &before) : table(before) {
            const auto count = static_cast<__u32>(table.size());
            const __u64 position = ss_call_position(hash, 0);
            first = ss_call_first_bucket(position, count);
            other = ss_call_other_bucket(first, ss_call_position_tag(position), count);
        }

        bool full() const { return !has_place(first) && !has_place(other); }

        bool has_place(__u32 bucket) const {
            const auto &entries = table[bucket].entry;
            return std::find(std::begin(entries), std::end(entries), 0) != std::end(entries);
        }

        /// One of their calls could have gone to its other bucket.
        bool can_move() const {
            for (const __u32 bucket : {first, other}) {
                for (const __u64 entry : table[bucket].entry) {
                    const auto count = static_cast<__u32>(table.size());
                    if (has_place(ss_call_other_bucket(bucket, ss_call_tag(entry), count))) {
                        return true;
                    }
                }
            }
            return false;
        }

        bool has(const ModelCall &call) const {
            const __u32 tag = ss_call_position_tag(ss_call_position(call.hash, 0));
            const auto is_it = [&](__u64 entry) { return ss_call_tag(entry) == tag; };
            return std::any_of(std::begin(table[first].entry), std::end(table[first].entry),
                               is_it) ||
                   std::any_of(std::begin(table[other].entry), std::end(table[other].entry), is_it);
        }
    };

    /// A new call came: it is in the table, and if another one had to go for it, rightly so. False
    /// if there was no room for it, rightly so.
    bool check_entered(const std::string &id, const std::vector<ss_bucket> &before) {
        const auto table = memory_.calls.span();
        const std::uint64_t hash = model_.calls().at(id).hash;
        const Buckets buckets(hash, before);
        if (find_call(table, hash).entries == 0) {
            check_refused(id, buckets);
            model_.give_up(id);
            tally_.refused++;
            return false;
        }
        if (!buckets.full()) {
            return true; // nobody has to go: compare() sees whether all are there
        }
        std::vector<std::string> gone;
        for (const auto &[other, call] : model_.calls()) {
            if (find_call(table, call.hash).entries == 0) {
                gone.push_back(other);
            }
        }
        REQUIRE(gone.size() <= 1);
        if (gone.empty()) {
            REQUIRE(buckets.can_move());
            return true;
        }
        check_given_up(gone[0], id, buckets);
        model_.give_up(gone[0]);
        tally_.given_up++;
        return true;
    }

    /// Only where both buckets are full of what it does not displace, and nothing there could move.
    void check_refused(const std::string &id, const Buckets &buckets) {
        REQUIRE(buckets.full());
        REQUIRE_FALSE(buckets.can_move());
        const Worth reach = model_.reach(id);
        for (const auto &[other, call] : model_.calls()) {
            INFO("worth less: " << other);
            REQUIRE((other == id || !buckets.has(call) || model_.worth(call) >= reach));
        }
    }

    /// It was worth least of the calls in the two buckets.
    void check_given_up(const std::string &gone, const std::string &id, const Buckets &buckets) {
        INFO("gone: " << gone);
        const ModelCall &victim = model_.calls().at(gone);
        const Worth worth = model_.worth(victim);
        REQUIRE(buckets.has(victim));
        REQUIRE(worth < model_.reach(id));
        REQUIRE((worth == Worth::over || !buckets.can_move()));
        for (const auto &[other, call] : model_.calls()) {
            if (other == id || !buckets.has(call)) {
                continue;
            }
            INFO("beside: " << other);
            REQUIRE(model_.worth(call) >= worth);
            if (model_.worth(call) == worth && worth != Worth::over) {
                REQUIRE(call.idle <= victim.idle + 1);
            }
        }
    }

    // --- what else happens
    // ------------------------------------------------------------------------

    void pass() {
        const auto ticks = static_cast<std::uint32_t>(below(3) + 1) * kStep;
        note(std::to_string(ticks) + " ticks");
        shift_times(0U - ticks);
        model_.pass(ticks);
    }

    void change_server() {
        const auto server = static_cast<__u32>(below(kServers));
        constexpr std::array<Model::Standing, 3> kStandings = {
            Model::Standing::up, Model::Standing::draining, Model::Standing::down};
        const Model::Standing was = model_.standing(server);
        model_.set(server, kStandings[static_cast<std::size_t>(below(3))]);
        if (model_.ring().empty()) {
            model_.set(server, was);
        }
        const Model::Standing is = model_.standing(server);
        note("server " + std::to_string(server) + " is " + std::to_string(static_cast<int>(is)));
        constexpr std::array<__u8, 3> kFlags = {
            SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW,
            SS_SERVER_IN_USE | SS_SERVER_FORWARD, SS_SERVER_IN_USE};
        ServerAt at;
        at.flags = kFlags[static_cast<std::size_t>(is)];
        this->server(server, at);
        const auto members = model_.ring();
        ring(0, std::vector<__u16>(members.begin(), members.end()));
    }

    void sweep() {
        note("sweep");
        INFO("the latest: " << history());
        calls::Lifetimes lifetimes(swept_);
        for (std::uint16_t server = 0; server < kServers; server++) {
            lifetimes.set(server, swept_);
        }
        calls::Sweeper sweeper({{memory_.calls.span(), memory_.births.span()}},
                               memory_.loads.span());
        while (!sweeper.sweep_slice(100, calls::now_tick(), lifetimes)) {
        }
        calls::Doubles doubles({{memory_.calls.span(), memory_.births.span()}},
                               memory_.loads.span());
        while (!doubles.slice(100, calls::now_tick())) {
        }
        REQUIRE(doubles.removed() == 0);
        const std::size_t over = model_.sweep();
        REQUIRE(sweeper.totals().expired == over);
        REQUIRE(sweeper.totals().live == model_.calls().size());
        tally_.swept += over;
    }

    /// One call is taken out, as the controller does it.
    void remove() {
        const std::string id = name();
        const auto found = model_.calls().find(id);
        if (found == model_.calls().end()) {
            return;
        }
        note("remove " + id);
        __u64 seen = find_call(memory_.calls.span(), found->second.hash).value;
        for (ss_bucket &bucket : memory_.calls.span()) {
            for (__u64 &entry : bucket.entry) {
                if (entry == seen && calls::remove_entry(entry, seen)) {
                    calls::add_live_calls(memory_.loads.span()[ss_call_server(seen)],
                                          -ss_call_is_live(ss_call_state(seen)));
                    model_.remove(id);
                    return;
                }
            }
        }
    }

    // --- time
    // -------------------------------------------------------------------------------------

    void hold_time() {
        const __u32 tick = now();
        if (tick != held_) {
            shift_times(tick - held_);
            held_ = tick;
        }
    }

    void shift_times(__u32 ticks) {
        for (ss_bucket &bucket : memory_.calls.span()) {
            for (__u64 &entry : bucket.entry) {
                if (entry != 0) {
                    entry = (entry & ~__u64{SS_TICK_MASK}) |
                            ((ss_call_seen(entry) + ticks) & SS_TICK_MASK);
                }
            }
        }
    }

    static __u32 written(State state) { return kStatesOf[static_cast<std::size_t>(state)].written; }

    std::size_t entries_in_table() const {
        std::size_t entries = 0;
        for (const ss_bucket &bucket : memory_.calls.span()) {
            entries += static_cast<std::size_t>(
                std::count_if(std::begin(bucket.entry), std::end(bucket.entry),
                              [](__u64 entry) { return entry != 0; }));
        }
        return entries;
    }

    Size size_;
    std::mt19937 random_;
    Model model_;
    TableMemory memory_;
    calls::StateLifetimes swept_ = {};
    __u32 held_ = now();
    std::map<ss_reason, __u64> counted_;
    std::deque<std::string> history_;
    std::map<std::string, std::deque<int>> branches_; // by call
    int branch_ = 0;                                  // the last one
    Tally tally_;
};

} // namespace sipsteer::test

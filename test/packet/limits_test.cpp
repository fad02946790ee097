// SPDX-License-Identifier: Apache-2.0
//
// Limits of a server: most live calls, new calls a second.
#include "datagram.hpp"
#include "weights.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <thread>

using namespace sipsteer::test;

namespace {

constexpr __u32 kSecond = 1'000'000'000; // ns
constexpr __u32 kBurst = 100'000'000;    // bpf/net/rate.h

Packet message(std::string_view method, int number) {
    return to_vip(request(method, numbered_call(number)));
}

/// One server, with its limits.
class OneServer : public Farm {
public:
    explicit OneServer(const ServerAt &at) {
        server(0, at);
        ring(0, {0});
    }

    void check_full(const Packet &packet) {
        const auto refused = server_counters(0).refused;
        const auto live = load(0).live;
        const Outcome outcome = run(packet);
        INFO(reason_label(outcome.reason));
        CHECK(outcome.reason == SS_REASON_POOL_FULL);
        CHECK(outcome.verdict == SS_VERDICT_DROP);
        CHECK(server_counters(0).refused == refused + 1);
        CHECK(load(0).live == live);
    }
};

} // namespace

TEST_CASE("most calls: a server takes so many and no more", "[limits]") {
    OneServer farm({.most_calls = 2});
    farm.steer(message("INVITE", 1), SS_REASON_CALL_NEW);
    CHECK(farm.load(0).live == 1);
    farm.steer(message("INVITE", 2), SS_REASON_CALL_NEW);
    CHECK(farm.load(0).live == 2);
    farm.check_full(message("INVITE", 3));
    // Calls that it has go on.
    for (const char *method : {"INVITE", "ACK", "INFO"}) {
        farm.steer(message(method, 1), SS_REASON_CALL_HIT);
        CHECK(farm.load(0).live == 2);
    }
    farm.steer(message("BYE", 1), SS_REASON_CALL_HIT);
    CHECK(farm.load(0).live == 1); // closing, not live
    farm.steer(message("INVITE", 3), SS_REASON_CALL_NEW);
    CHECK(farm.load(0).live == 2);
    farm.steer(message("CANCEL", 2), SS_REASON_CALL_HIT);
    CHECK(farm.load(0).live == 1);
    CHECK(farm.entries().size() == 3);
}

TEST_CASE("limits do not hold for what is no call", "[limits]") {
    ServerAt limits;
    SECTION("most calls") {
        limits.most_calls = 1;
    }
    SECTION("new calls a second") {
        limits.new_call_gap = kSecond;
    }
    OneServer farm(limits);
    farm.steer(message("INVITE", 0), SS_REASON_CALL_NEW);
    farm.check_full(message("INVITE", 1));
    const __u64 next = farm.load(0).next_new_call;
    farm.steer(message("REGISTER", 2), SS_REASON_CALL_NEW);
    farm.steer(message("OPTIONS", 3), SS_REASON_CALL_NEW);
    farm.steer(message("SUBSCRIBE", 4), SS_REASON_CALL_NEW);
    int call = 5;
    for (const char *method : {"BYE", "ACK", "CANCEL", "UPDATE", "INFO"}) {
        farm.steer(message(method, call++), SS_REASON_DIALOG_UNKNOWN);
    }
    farm.steer(to_vip("\r\n\r\n"), SS_REASON_KEEPALIVE);
    CHECK(farm.load(0).live == 1);
    CHECK(farm.load(0).next_new_call == next);
}

TEST_CASE("a call that begins in an entry of another kind passes no limit", "[limits]") {
    // Where a registration, or a dialog that the table does not know, left an entry.
    const char *first = GENERATE("REGISTER", "UPDATE", "OPTIONS");
    const bool by_rate = GENERATE(false, true);
    OneServer farm(by_rate ? ServerAt{.new_call_gap = kSecond} : ServerAt{.most_calls = 1});
    farm.run(message(first, 1));
    farm.run(message(first, 2));
    farm.steer(message("INVITE", 1), SS_REASON_CALL_HIT);
    CHECK(farm.load(0).live == 1);
    farm.check_full(message("INVITE", 2));
    CHECK(ss_call_state(farm.call(numbered_call(2)).value) == SS_CALL_OTHER);
    CHECK(farm.load(0).live == 1);
    farm.server(1);
    farm.ring(0, {0, 1});
    farm.run(message("INVITE", 2));
    CHECK(ss_call_server(farm.call(numbered_call(2)).value) == 1); // where there is room
    CHECK(ss_call_state(farm.call(numbered_call(2)).value) == SS_CALL_EARLY);
    CHECK(farm.load(1).live == 1);
    CHECK(farm.load(0).live == 1);
}

TEST_CASE("an INVITE whose Call-ID is behind its first fragment is bound by limits", "[limits]") {
    const bool known = GENERATE(false, true); // the source has an entry
    const bool by_rate = GENERATE(false, true);
    OneServer farm(by_rate ? ServerAt{.new_call_gap = kSecond} : ServerAt{.most_calls = 1});
    if (known) {
        farm.steer(to_vip("\r\n\r\n"), SS_REASON_KEEPALIVE);
    }
    Datagram datagram;
    datagram.message = "INVITE sip:bob@example.com SIP/2.0\r\nX: " + std::string(400, 'x');
    if (!by_rate) {
        farm.steer(datagram.first(), SS_REASON_CALL_ID_BEYOND);
        CHECK(farm.load(0).live == 0);
    }
    farm.steer(message("INVITE", 0), SS_REASON_CALL_NEW);
    Datagram another = datagram;
    another.id = 4711;
    farm.check_full(another.first());
    farm.steer(to_vip("\r\n\r\n"), SS_REASON_KEEPALIVE); // keep-alives are no calls
}

TEST_CASE("INVITEs whose Call-IDs are behind their first fragments are counted", "[limits]") {
    OneServer farm({.most_calls = 2});
    std::uint32_t id = 1;
    const auto invite = [&id](const std::string &user) {
        Datagram datagram;
        datagram.id = id++;
        datagram.message = "INVITE sip:" + user +
                           "@example.com SIP/2.0\r\nX: " + std::string(400, 'x') +
                           "\r\nCall-ID: " + user + "\r\n\r\n";
        return datagram;
    };
    for (const char *user : {"a", "b", "a"}) { // the last one is sent again
        const auto datagram = invite(user);
        farm.steer(datagram.first(), SS_REASON_CALL_ID_BEYOND);
        farm.steer(datagram.later(), SS_REASON_FRAGMENT);
    }
    CHECK(farm.load(0).live == 2);
    farm.check_full(invite("c").first());
    farm.check_full(message("INVITE", 3));
}

/// An attempt of its own.
static Packet another_attempt(int call) {
    auto invite = request("INVITE", numbered_call(call));
    return to_vip(invite.insert(invite.find("\r\nMax-Forwards"), "again"));
}

TEST_CASE("a call that ended and begins again passes no limit", "[limits]") {
    const bool by_rate = GENERATE(false, true);
    const bool challenged = GENERATE(false, true);
    OneServer farm(ServerAt{});
    farm.steer(message("INVITE", 1), SS_REASON_CALL_NEW);
    farm.steer(challenged ? to_vip(ack_of_failure(numbered_call(1))) : message("BYE", 1),
               SS_REASON_CALL_HIT);
    farm.server(0, by_rate ? ServerAt{.new_call_gap = kSecond} : ServerAt{.most_calls = 1});
    farm.steer(message("INVITE", 2), SS_REASON_CALL_NEW);
    if (by_rate && challenged) { // it has used the rate already
        farm.steer(another_attempt(1), SS_REASON_CALL_HIT);
        CHECK(farm.load(0).live == 2);
        return;
    }
    farm.check_full(another_attempt(1));
    CHECK(farm.run(another_attempt(1)).reason == SS_REASON_POOL_FULL); // sent again
    CHECK(ss_call_state(farm.call(numbered_call(1)).value) == SS_CALL_CLOSING);
    farm.steer(message("INVITE", 1), SS_REASON_CALL_HIT); // a copy of the one that is over
    CHECK(farm.load(0).live == 1);
    farm.server(1);
    farm.ring(0, {0, 1});
    CHECK(server_of(farm.run(another_attempt(1))) == 1); // where there is room
    CHECK(ss_call_state(farm.call(numbered_call(1)).value) == SS_CALL_EARLY);
    CHECK(farm.load(1).live == 1);
    CHECK(server_of(farm.run(another_attempt(1))) == 1); // sent again
    CHECK(farm.load(1).live == 1);
}

/// A message of a call under the first Call-ID: of an attempt, of the caller with this tag.
static Packet of_first(const char *method, const std::string &attempt, const std::string &tag) {
    auto message = request(method, numbered_call(1));
    message.insert(message.find("\r\nMax-Forwards"), attempt);
    message.replace(message.find("1928301774"), 10, tag);
    return to_vip(message);
}

TEST_CASE("calls of several callers under one Call-ID are bound by limits", "[limits]") {
    const bool by_rate = GENERATE(false, true);
    OneServer farm(by_rate ? ServerAt{.new_call_gap = kSecond} : ServerAt{.most_calls = 2});
    farm.steer(of_first("INVITE", "a", "a"), SS_REASON_CALL_NEW);
    if (!by_rate) {
        farm.steer(of_first("INVITE", "b", "b"), SS_REASON_CALL_HIT);
    }
    farm.check_full(of_first("INVITE", "c", "c"));
    CHECK(farm.run(of_first("INVITE", "c", "c")).reason == SS_REASON_POOL_FULL); // sent again
    CHECK(farm.run(of_first("INVITE", "a", "c")).reason == SS_REASON_POOL_FULL);
    farm.steer(of_first("INVITE", "a", "a"), SS_REASON_CALL_HIT); // a copy
    CHECK(farm.load(0).live == 1);
    farm.server(1);
    farm.ring(0, {0, 1});
    CHECK(farm.run(of_first("INVITE", "c", "c")).reason == SS_REASON_POOL_FULL); // not at two
}

TEST_CASE("a fork takes one place, however full its server is", "[limits]") {
    OneServer farm({.most_calls = 1, .new_call_gap = kSecond});
    for (int i = 0; i < 8; i++) {
        farm.steer(of_first("INVITE", std::to_string(i), "a"),
                   i == 0 ? SS_REASON_CALL_NEW : SS_REASON_CALL_HIT);
    }
    farm.check_full(of_first("INVITE", "8", "a"));
    farm.steer(of_first("INVITE", "3", "a"), SS_REASON_CALL_HIT); // a copy
    CHECK(farm.load(0).live == 1);
}

TEST_CASE("an early call that is challenged over and over is bound by limits", "[limits]") {
    OneServer farm({.new_call_gap = kSecond});
    farm.steer(of_first("INVITE", "0", "a"), SS_REASON_CALL_NEW);
    farm.steer(of_first("INVITE", "1", "a"), SS_REASON_CALL_HIT);
    auto refused = ack_of_failure(numbered_call(1));
    refused.insert(refused.find("\r\nMax-Forwards"), "0");
    refused.replace(refused.find("1928301774"), 10, "a");
    farm.steer(to_vip(refused), SS_REASON_CALL_HIT);
    CHECK(ss_call_state(farm.call(numbered_call(1)).value) == SS_CALL_EARLY);
    farm.check_full(of_first("INVITE", "2", "a"));
}

TEST_CASE("another call under the Call-ID of a confirmed one is bound by limits", "[limits]") {
    const bool by_rate = GENERATE(false, true);
    OneServer farm({.most_calls = 2});
    farm.steer(of_first("INVITE", "a", "a"), SS_REASON_CALL_NEW);
    farm.steer(of_first("ACK", "2xx", "a"), SS_REASON_CALL_HIT);
    if (by_rate) {
        farm.server(0, {.new_call_gap = kSecond});
    }
    farm.server(1);
    farm.ring(0, {1});
    CHECK(server_of(farm.run(of_first("INVITE", "b", "a"))) == 0); // where the first one is
    CHECK(farm.load(0).live == 2);
    CHECK(farm.entries().size() == 2);
    CHECK(server_of(farm.run(of_first("INVITE", "b", "a"))) == 0); // a copy
    CHECK(farm.load(0).live == 2);
    farm.check_full(of_first("INVITE", "c", "a"));
    CHECK(farm.run(of_first("INVITE", "b", "b")).reason == SS_REASON_POOL_FULL);
    farm.steer(of_first("INVITE", "a", "a"), SS_REASON_CALL_HIT); // a copy of the first
    auto again = request("INVITE", numbered_call(1));             // within the dialog
    farm.steer(to_vip(again.insert(again.find("\r\nFrom:"), ";tag=a6c85cf")), SS_REASON_CALL_HIT);
    CHECK(farm.entries().size() == 2);
    farm.steer(of_first("BYE", "bye", "a"), SS_REASON_CALL_HIT);
    CHECK(farm.load(0).live == 1); // for as long as an early call lives
}

TEST_CASE("a call that ended begins again for another caller: the rate counts it", "[limits]") {
    OneServer farm({.new_call_gap = kSecond});
    farm.steer(message("INVITE", 1), SS_REASON_CALL_NEW);
    farm.steer(to_vip(ack_of_failure(numbered_call(1))), SS_REASON_CALL_HIT);
    farm.check_full(of_first("INVITE", "b", "b"));
    farm.steer(of_first("INVITE", "b", "1928301774"), SS_REASON_CALL_HIT); // the same caller
}

TEST_CASE("a challenged call goes on at a server that is drained, a new one does not", "[limits]") {
    const bool challenged = GENERATE(false, true);
    OneServer farm(ServerAt{});
    farm.steer(message("INVITE", 1), SS_REASON_CALL_NEW);
    farm.steer(challenged ? to_vip(ack_of_failure(numbered_call(1))) : message("BYE", 1),
               SS_REASON_CALL_HIT);
    farm.server(0, {.flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD});
    farm.server(1);
    farm.ring(0, {1});
    CHECK(server_of(farm.run(another_attempt(1))) == (challenged ? 0 : 1));
}

TEST_CASE("a call refused is no entry, nor does it use the rate", "[limits]") {
    OneServer farm({.most_calls = 1, .new_call_gap = 1000});
    farm.steer(message("INVITE", 0), SS_REASON_CALL_NEW);
    const __u64 next = farm.load(0).next_new_call;
    farm.check_full(message("INVITE", 1));
    CHECK(farm.entries().size() == 1);
    CHECK(farm.load(0).next_new_call == next);
    CHECK(farm.service_traffic(1).packets == 2);
}

TEST_CASE("new calls a second: not before the next one's time", "[limits]") {
    OneServer farm({.new_call_gap = 10});
    farm.set_load(0, 0, DataPlane::now_ns() + 60ULL * kSecond);
    farm.check_full(message("INVITE", 1));
    farm.set_load(0, 0, DataPlane::now_ns());
    farm.steer(message("INVITE", 1), SS_REASON_CALL_NEW);
    // The others of that instant: ten ns later there is time for the next.
    farm.set_load(0, 0, DataPlane::now_ns() - kBurst);
    farm.steer(message("INVITE", 2), SS_REASON_CALL_NEW);
}

TEST_CASE("new calls a second: what was not used is made up for, up to a tenth of a second",
          "[limits]") {
    OneServer farm({.new_call_gap = 3U * kSecond});
    farm.steer(message("INVITE", 0), SS_REASON_CALL_NEW);
    const __u64 next = farm.load(0).next_new_call;
    const __u64 now = DataPlane::now_ns();
    CHECK(next <= now + 3ULL * kSecond - kBurst);
    CHECK(next + kSecond > now + 3ULL * kSecond - kBurst);
    farm.check_full(message("INVITE", 1));
    CHECK(farm.load(0).next_new_call == next);
}

TEST_CASE("new calls a second: the rate holds", "[limits]") {
    constexpr __u32 kGap = 10'000'000; // 100 a second
    OneServer farm({.new_call_gap = kGap});
    const __u64 start = DataPlane::now_ns();
    __u64 taken = 0;
    __u64 now = start;
    for (int i = 0; now - start < kSecond / 2; i++) {
        taken += farm.server_for(message("INVITE", i)) ? 1 : 0;
        if (i % 100 == 99) {
            farm.forget_calls();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        now = DataPlane::now_ns();
    }
    INFO(taken << " in " << (now - start) / 1'000'000 << " ms");
    CHECK(taken <= (now - start + kBurst) / kGap + 2);
    CHECK(taken >= (now - start + kBurst) / kGap - 5);
    CHECK(farm.load(0).live == static_cast<__s64>(taken));
}

TEST_CASE("overflow: the next candidates take it, by weight, and that is counted",
          "[limits][many]") {
    const Weights weights = {{0, 200}, {1, 100}, {2, 200}, {3, 300}};
    WeightedFarm farm(weights);
    farm.server(0, {.weight = 200, .most_calls = 5});
    farm.set_load(0, 5);
    const auto ring = maglev_of(weights);
    std::map<__u32, int> passed_on;
    for (int i = 0; i < 3000; i++) {
        if (i % 128 == 0) {
            farm.forget_calls();
        }
        const auto refused = farm.server_counters(0).refused;
        const __u32 asked = ring->slot[ss_ring_slot(call_hash(numbered_call(i)))];
        const bool over = asked == 0;
        const __u32 server =
            farm.steer(message("INVITE", i), over ? SS_REASON_CALL_OVERFLOW : SS_REASON_CALL_NEW);
        REQUIRE(server != 0);
        passed_on[server] += over;
        CHECK(farm.server_counters(0).refused == refused + (over ? 1 : 0));
        if (!over) {
            REQUIRE(server == asked);
        }
    }
    CHECK(farm.load(0).live == 5);
    check_shares(passed_on, {{1, 100}, {2, 200}, {3, 300}}, 0.25);
}

TEST_CASE("overflow: the one server that has room is found", "[limits]") {
    const auto scheduler =
        GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_TURNS, SS_SCHEDULER_LEAST_CALLS);
    Weights weights;
    for (__u32 i = 0; i < 16; i++) {
        weights[i] = 100;
    }
    WeightedFarm farm(weights, {.most_calls = 3});
    farm.scheduler(0, scheduler);
    if (scheduler == SS_SCHEDULER_TURNS) {
        farm.whole_ring(0, *turns_of(weights));
    }
    for (__u32 i = 0; i < 16; i++) {
        farm.set_load(i, i == 11 ? 0 : 3);
    }
    for (int i = 0; i < 3; i++) {
        CHECK(farm.server_for(message("INVITE", i)) == 11U);
    }
    CHECK(farm.load(11).live == 3);
    CHECK(farm.run(message("INVITE", 3)).reason == SS_REASON_POOL_FULL);
    CHECK(farm.entries().size() == 3);
}

TEST_CASE("overflow: least-calls and turns pass a full server over", "[limits]") {
    const Weights weights = {{0, 100}, {1, 100}, {2, 100}};
    WeightedFarm farm(weights);
    farm.server(1, {.most_calls = 1});
    SECTION("least-calls") {
        farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
        farm.set_load(0, 10);
        farm.set_load(1, 1);
        farm.set_load(2, 10);
        farm.steer(message("INVITE", 0), SS_REASON_CALL_OVERFLOW);
    }
    SECTION("turns") {
        farm.scheduler(0, SS_SCHEDULER_TURNS);
        farm.whole_ring(0, *turns_of(weights));
        farm.set_load(1, 1);
    }
    const auto calls = farm.give_calls(300);
    CHECK(calls.count(1) == 0);
    CHECK(farm.load(1).live == 1);
    CHECK(calls.size() == 2);
    CHECK(farm.server_counters(1).refused > 0);
}

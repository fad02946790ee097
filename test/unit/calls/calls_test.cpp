// SPDX-License-Identifier: Apache-2.0
#include "call_cases.hpp"
#include "calls/call_view.hpp"

#include <catch2/catch.hpp>
#include <time.h>
#include <vector>

using namespace sipsteer::calls;
using namespace sipsteer::calls::test;

TEST_CASE("an entry is decoded into its parts") {
    const CallView call =
        decode({}, make_entry(SS_CALL_CONFIRMED, 7), 42, 3, kNow, make_lifetimes());
    CHECK(call.tag == 0xabcd1234);
    CHECK(call.state == SS_CALL_CONFIRMED);
    CHECK(call.server == 1);
    CHECK(call.idle_ticks == 7);
    CHECK(call.lifetime_ticks == 100);
    CHECK(call.bucket == 42);
    CHECK(call.slot == 3);
    CHECK(call.age_ticks == SS_LONG_AGO);

    const __u64 widest = ss_call_make(0xffffffff, SS_CALL_SOURCE, SS_MAX_SERVERS - 1, 0xffff);
    const CallView edge = decode({}, widest, 0, 0, 0xffff, make_lifetimes());
    CHECK(edge.tag == 0xffffffff);
    CHECK(edge.server == SS_MAX_SERVERS - 1);
    CHECK(edge.state == SS_CALL_SOURCE);
    CHECK(edge.idle_ticks == 0);
}

TEST_CASE("idle time counts across the wrap and never below zero") {
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 0xfffe), 3) == 5);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 500), 500) == 0);
    // Refreshed by another CPU after our clock was read.
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 501), 500) == 0);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 0), 0xffff) == 0);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 500), 500 + SS_MAX_LIFETIME_TICKS + 1) ==
          SS_MAX_LIFETIME_TICKS + 1);
}

TEST_CASE("the tick follows the monotonic clock") {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto nanoseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
                             static_cast<std::uint64_t>(now.tv_nsec);
    const auto exact = static_cast<std::uint32_t>(nanoseconds >> 31);
    CHECK(((now_tick() - exact + 1) & SS_TICK_MASK) <= 2);
    CHECK(tick_seconds(0) == 0);
    CHECK(tick_seconds(1) == 2);
    CHECK(tick_seconds(15) == 32);
    CHECK(tick_seconds(3353) == 7201);
}

TEST_CASE("each state has its own lifetime, and only the next tick ends it") {
    const auto state = GENERATE(range(1U, static_cast<unsigned>(SS_CALL_STATES)));
    const std::uint32_t lifetime = kPool[state];
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(state, lifetime);
    table[0].entry[5] = make_entry(state, lifetime + 1);

    const SweepTotals totals = sweep_all(table, kNow, make_lifetimes());
    CHECK(table[0].entry[0] == make_entry(state, lifetime));
    CHECK(table[0].entry[5] == 0);
    CHECK(totals.live == 1);
    CHECK(totals.expired == 1);
    CHECK(totals.by_state[state] == 1);
}

TEST_CASE("a call refreshed just after the clock was read stays") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = ss_call_make(7, SS_CALL_CLOSING, 1, kNow + 1);
    CHECK(sweep_all(table, kNow, make_lifetimes()).live == 1);
}

TEST_CASE("an entry in a state that does not exist is removed") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = ss_call_make(7, SS_CALL_STATES, 1, kNow);
    table[0].entry[1] = ss_call_make(7, SS_CALL_EMPTY, 1, kNow);
    CHECK(sweep_all(table, kNow, make_lifetimes()).expired == 2);
    CHECK(table[0].entry[0] == 0);
    CHECK(table[0].entry[1] == 0);
}

TEST_CASE("calls of a server that is not in use live on the fallback lifetimes") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(SS_CALL_CONFIRMED, 3, 2);
    table[0].entry[1] = make_entry(SS_CALL_CONFIRMED, 4, 2);
    table[0].entry[2] = make_entry(SS_CALL_CONFIRMED, 4, 1);
    Lifetimes lifetimes = make_lifetimes();

    SweepTotals totals = sweep_all(table, kNow, lifetimes);
    CHECK(totals.live == 2);
    CHECK(totals.unknown == 1);
    CHECK(totals.expired == 1);
    REQUIRE(totals.servers.size() == 2);
    CHECK(totals.servers[0].in_use);
    CHECK_FALSE(totals.servers[1].in_use);

    lifetimes.clear(1);
    totals = sweep_all(table, kNow, lifetimes);
    CHECK(totals.live == 1);
    CHECK(totals.expired == 1);
}

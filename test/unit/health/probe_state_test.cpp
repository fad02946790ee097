// SPDX-License-Identifier: Apache-2.0
#include "health/probe_state.hpp"

#include <catch2/catch.hpp>

using sipsteer::Health;
using sipsteer::health::ProbeState;
using namespace std::chrono_literals;

namespace {
const ProbeState::Limits kLimits{.rise = 2, .fall = 3, .hold_down = {}};
const ProbeState::Time kStart = ProbeState::Time{} + std::chrono::hours(1);
} // namespace

TEST_CASE("an unknown server is up at the first success") {
    ProbeState state;
    CHECK(state.health() == Health::Unknown);
    CHECK(state.reason().empty());
    CHECK(state.success("200 OK", kLimits, kStart));
    CHECK(state.health() == Health::Up);
    CHECK(state.reason() == "200 OK 1 of 1");
}

TEST_CASE("an unknown server is down after `fall` failures") {
    ProbeState state;
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK(state.health() == Health::Unknown);
    CHECK(state.failure("ICMP port unreachable", kLimits, kStart));
    CHECK(state.health() == Health::Down);
    CHECK(state.reason() == "ICMP port unreachable 3 of 3");
}

TEST_CASE("up to down takes `fall` failures in a row") {
    ProbeState state(Health::Up);
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.success("200 OK", kLimits, kStart)); // breaks the row
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK(state.health() == Health::Up);
    CHECK(state.failure("503 Service Unavailable", kLimits, kStart));
    CHECK(state.health() == Health::Down);
    CHECK(state.reason() == "503 Service Unavailable 3 of 3");
    CHECK_FALSE(state.failure("timeout", kLimits, kStart)); // no second change
    CHECK(state.reason() == "503 Service Unavailable 3 of 3, now timeout");
    CHECK_FALSE(state.failure("503 Service Unavailable", kLimits, kStart));
    CHECK(state.reason() == "503 Service Unavailable 3 of 3");
}

TEST_CASE("what keeps a server down is told with what took it down") {
    ProbeState state(Health::Up);
    CHECK(state.gone("neighbour failed", kLimits, kStart));
    CHECK(state.reason() == "neighbour failed");
    CHECK_FALSE(state.failure("503 Service Unavailable", kLimits, kStart));
    CHECK(state.reason() == "neighbour failed, now 503 Service Unavailable");
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK(state.success("200 OK", kLimits, kStart));
    CHECK(state.reason() == "200 OK 2 of 2");
}

TEST_CASE("a server that was down before the first probe comes up as any other") {
    ProbeState state(Health::Down);
    CHECK(state.reason() == "down before");
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK(state.reason() == "down before, now timeout");
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK(state.success("200 OK", kLimits, kStart));
    CHECK(state.health() == Health::Up);
}

TEST_CASE("down to up takes `rise` successes in a row") {
    ProbeState state(Health::Down);
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK(state.health() == Health::Down);
    CHECK(state.success("200 OK", kLimits, kStart));
    CHECK(state.health() == Health::Up);
    CHECK(state.reason() == "200 OK 2 of 2");
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
}

TEST_CASE("failures from before an outage do not count after it") {
    ProbeState state(Health::Up);
    for (int i = 0; i < 3; ++i) {
        state.failure("timeout", kLimits, kStart);
    }
    state.success("200 OK", kLimits, kStart);
    REQUIRE(state.success("200 OK", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK_FALSE(state.failure("timeout", kLimits, kStart));
    CHECK(state.failure("timeout", kLimits, kStart));
}

TEST_CASE("limits may change between probes, and 0 is taken as 1") {
    ProbeState state(Health::Up);
    CHECK_FALSE(state.failure("timeout", {.rise = 2, .fall = 5, .hold_down = {}}, kStart));
    CHECK(state.failure("timeout", {.rise = 2, .fall = 2, .hold_down = {}}, kStart));
    CHECK(state.success("200 OK", {.rise = 0, .fall = 0, .hold_down = {}}, kStart));
    CHECK(state.failure("timeout", {.rise = 0, .fall = 0, .hold_down = {}}, kStart));
}

namespace {

/// After 2 ways down within a minute, the third is held for 10 s.
const ProbeState::Limits kHolding{
    .rise = 2, .fall = 1, .hold_down = {.after = 2, .within = 60s, .time = 10s}};

/// Goes down at `at`, and comes up again as soon as it may, by a success every second. How long it
/// was down.
ProbeState::Time::duration down_for(ProbeState &state, ProbeState::Time at) {
    REQUIRE(state.failure("timeout", kHolding, at));
    auto now = at;
    do {
        now += 1s;
    } while (!state.success("200 OK", kHolding, now));
    return now - at;
}

} // namespace

TEST_CASE("hold-down: a server that flaps is held, and only then") {
    ProbeState state(Health::Up);
    CHECK(down_for(state, kStart) == 2s);
    CHECK(down_for(state, kStart + 10s) == 2s);
    CHECK(state.reason() == "200 OK 2 of 2");
    CHECK(down_for(state, kStart + 20s) == 10s);
    CHECK(down_for(state, kStart + 40s) == 10s);
    CHECK(down_for(state, kStart + 500s) == 2s); // all that is past
}

TEST_CASE("hold-down: the window slides") {
    ProbeState state(Health::Up);
    CHECK(down_for(state, kStart) == 2s);
    CHECK(down_for(state, kStart + 50s) == 2s);
    CHECK(down_for(state, kStart + 61s) == 2s); // the first is out of it
    CHECK(down_for(state, kStart + 70s) == 10s);
}

TEST_CASE("hold-down: the reason says so, and a failure while it is held breaks the row") {
    ProbeState state(Health::Up);
    down_for(state, kStart);
    down_for(state, kStart + 10s);
    REQUIRE(state.failure("timeout", kHolding, kStart + 20s));
    CHECK(state.reason() == "timeout 1 of 1, held: down 3 times in 1m");
    CHECK(state.held_until() == kStart + 30s);
    for (int i = 1; i < 9; ++i) {
        CHECK_FALSE(state.success("200 OK", kHolding, kStart + 20s + i * 1s));
    }
    CHECK_FALSE(state.failure("timeout", kHolding, kStart + 29s));
    CHECK_FALSE(state.success("200 OK", kHolding, kStart + 31s));
    CHECK(state.success("200 OK", kHolding, kStart + 32s));
}

TEST_CASE("hold-down: for 0 s is never") {
    auto never = kHolding;
    never.hold_down.time = 0s;
    ProbeState state(Health::Up);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(state.failure("timeout", never, kStart));
        CHECK(state.reason() == "timeout 1 of 1");
        CHECK_FALSE(state.success("200 OK", never, kStart));
        REQUIRE(state.success("200 OK", never, kStart));
    }
}

TEST_CASE("a server that is gone is down at once, whatever `fall`") {
    const auto before = GENERATE(Health::Up, Health::Unknown);
    ProbeState state(before);
    CHECK(state.gone("neighbour failed", kLimits, kStart));
    CHECK(state.health() == Health::Down);
    CHECK(state.reason() == "neighbour failed");
    CHECK_FALSE(state.gone("neighbour failed", kLimits, kStart));
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK_FALSE(state.gone("neighbour failed", kLimits, kStart)); // breaks the row
    CHECK_FALSE(state.success("200 OK", kLimits, kStart));
    CHECK(state.success("200 OK", kLimits, kStart));
}

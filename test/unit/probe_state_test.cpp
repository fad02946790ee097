// SPDX-License-Identifier: Apache-2.0
#include "health/probe_state.hpp"

#include <catch2/catch.hpp>

using sipsteer::health::ProbeState;
using sipsteer::plan::Health;

namespace {
constexpr ProbeState::Limits kLimits{.rise = 2, .fall = 3};
}

TEST_CASE("an unknown server is up at the first success") {
    ProbeState state;
    CHECK(state.health() == Health::Unknown);
    CHECK(state.reason().empty());
    CHECK(state.success("200 OK", kLimits));
    CHECK(state.health() == Health::Up);
    CHECK(state.reason() == "200 OK 1 of 1");
}

TEST_CASE("an unknown server is down after `fall` failures") {
    ProbeState state;
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK(state.health() == Health::Unknown);
    CHECK(state.failure("ICMP port unreachable", kLimits));
    CHECK(state.health() == Health::Down);
    CHECK(state.reason() == "ICMP port unreachable 3 of 3");
}

TEST_CASE("up to down takes `fall` failures in a row") {
    ProbeState state(Health::Up);
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.success("200 OK", kLimits)); // breaks the row
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK(state.health() == Health::Up);
    CHECK(state.failure("503 Service Unavailable", kLimits));
    CHECK(state.health() == Health::Down);
    CHECK(state.reason() == "503 Service Unavailable 3 of 3");
    CHECK_FALSE(state.failure("timeout", kLimits)); // no second change
    CHECK(state.reason() == "503 Service Unavailable 3 of 3");
}

TEST_CASE("down to up takes `rise` successes in a row") {
    ProbeState state(Health::Down);
    CHECK_FALSE(state.success("200 OK", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.success("200 OK", kLimits));
    CHECK(state.health() == Health::Down);
    CHECK(state.success("200 OK", kLimits));
    CHECK(state.health() == Health::Up);
    CHECK(state.reason() == "200 OK 2 of 2");
    CHECK_FALSE(state.success("200 OK", kLimits));
}

TEST_CASE("failures from before an outage do not count after it") {
    ProbeState state(Health::Up);
    for (int i = 0; i < 3; ++i) {
        state.failure("timeout", kLimits);
    }
    state.success("200 OK", kLimits);
    REQUIRE(state.success("200 OK", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK_FALSE(state.failure("timeout", kLimits));
    CHECK(state.failure("timeout", kLimits));
}

TEST_CASE("limits may change between probes, and 0 is taken as 1") {
    ProbeState state(Health::Up);
    CHECK_FALSE(state.failure("timeout", {.rise = 2, .fall = 5}));
    CHECK(state.failure("timeout", {.rise = 2, .fall = 2}));
    CHECK(state.success("200 OK", {.rise = 0, .fall = 0}));
    CHECK(state.failure("timeout", {.rise = 0, .fall = 0}));
}

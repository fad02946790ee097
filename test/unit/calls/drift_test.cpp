// SPDX-License-Identifier: Apache-2.0
#include "calls/drift.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sipsteer::calls;

namespace {

/// What a pass found: running calls of server 1, half of them early.
SweepTotals found(std::uint64_t running) {
    ServerCalls calls;
    calls.server = 1;
    calls.by_state[SS_CALL_EARLY] = running / 2;
    calls.by_state[SS_CALL_CONFIRMED] = running - running / 2;
    calls.by_state[SS_CALL_OTHER] = 1000;
    SweepTotals totals;
    totals.servers = {calls};
    return totals;
}

} // namespace

TEST_CASE("a count that is off, and that nobody touched between two passes, is put right") {
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    Drift drift;
    loads[1] = {.live = 13, .next_new_call = 0, .changes = 100, .zero = {}};
    CHECK(drift.note_pass(found(10), loads).empty());
    const auto corrections = drift.note_pass(found(10), loads);
    REQUIRE(corrections.size() == 1);
    CHECK(corrections[0].server == 1);
    CHECK(corrections[0].amount == -3);
    CHECK(loads[1].live == 10);
    for (int pass = 0; pass < 5; ++pass) {
        CHECK(drift.note_pass(found(10), loads).empty());
    }
}

TEST_CASE("a count that changes is left alone, by whatever it differs") {
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    Drift drift;
    loads[1].live = 10;
    for (const int running : {9, 9, 9, 9, 9, 11, 9, 8, 9, 9}) { // a call came, another one ended
        loads[1].changes += 2;
        CHECK(drift.note_pass(found(static_cast<std::uint64_t>(running)), loads).empty());
    }
    CHECK(loads[1].live == 10);
    CHECK(drift.note_pass(found(9), loads).size() == 1);
}

TEST_CASE("what the sweep takes out of the table itself is a change, too") {
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    Drift drift;
    loads[1].live = 10;
    for (std::uint64_t running = 10; running > 5; --running) { // after it was counted
        add_live_calls(loads[1], -1);
        CHECK(drift.note_pass(found(running), loads).empty());
    }
}

TEST_CASE("a count of a server without calls is put right, too") {
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    Drift drift;
    loads[SS_MAX_SERVERS - 1].live = -2;
    drift.note_pass({}, loads);
    REQUIRE(drift.note_pass({}, loads).size() == 1);
    CHECK(loads[SS_MAX_SERVERS - 1].live == 0);
}

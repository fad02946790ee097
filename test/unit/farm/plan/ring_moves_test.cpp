// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/ring_moves.hpp"

#include "plan_world.hpp"

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;

TEST_CASE("a ring is shared by weight, and a change moves what it must") {
    World world;
    const Plan before = world.plan();
    const auto index = [&](const char *name) { return find(before, "p", name).index; };
    CHECK(ring_shares(before).at(index("a")) == Approx(1.0 / 3).margin(0.001));
    CHECK(ring_moves(before, before).empty());

    world.a().weight = 0;
    const Plan after = world.plan(&before);
    CHECK(ring_shares(after).count(index("a")) == 0);
    CHECK(ring_shares(after).at(index("b")) == Approx(0.5).margin(0.001));
    const auto moves = ring_moves(before, after);
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].pool == "p");
    CHECK(moves[0].moved == Approx(1.0 / 3).margin(0.03));

    world.config.log_level = "debug"; // no ring is about that
    CHECK(ring_moves(after, world.plan(&after)).empty());
}

TEST_CASE("of turns, the shares move") {
    World world;
    world.config.pools[0].scheduler = config::Scheduler::WeightedRoundRobin;
    const Plan before = world.plan();
    world.a().weight = 200; // of 400, not 100 of 300
    const auto moves = ring_moves(before, world.plan(&before));
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].moved == Approx(0.5 - 1.0 / 3).margin(0.001));
}

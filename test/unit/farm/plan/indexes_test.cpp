// SPDX-License-Identifier: Apache-2.0
//
// Which indexes names have, and keep.
#include "plan_world.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;
using config::Config;

TEST_CASE("a name keeps its index, and a name that is gone keeps it from others") {
    World world;
    const Plan first = world.plan();
    const std::uint16_t a = find(first, "p", "a").index;
    const std::uint16_t b = find(first, "p", "b").index;
    const std::uint16_t c = find(first, "p", "c").index;

    auto &servers = world.config.pools[0].servers;
    servers.erase(servers.begin());
    servers.insert(servers.begin(), server("new", "198.51.100.9"));
    const Plan second = world.plan();
    CHECK(second.servers.size() == 3);
    CHECK(find(second, "p", "b").index == b);
    CHECK(find(second, "p", "c").index == c);
    CHECK(std::set<std::uint16_t>{a, b, c}.count(find(second, "p", "new").index) == 0);
    CHECK(std::is_sorted(second.servers.begin(), second.servers.end(),
                         [](const auto &x, const auto &y) { return x.index < y.index; }));

    // It comes back: the same place. Released: the next new name has it.
    servers.push_back(server("a", "198.51.100.1"));
    CHECK(find(world.plan(), "p", "a").index == a);
    servers.pop_back();
    world.indexes.servers.release("p/a");
    servers.push_back(server("newer", "198.51.100.10"));
    CHECK(find(world.plan(), "p", "newer").index == a);
}

TEST_CASE("servers of the same name in two pools are two servers") {
    World world;
    world.config.pools.push_back(world.config.pools[0]);
    world.config.pools[1].name = "q";
    world.observed.health[{"q", "a"}] = Health::Down;
    const Plan plan = world.plan();
    REQUIRE(plan.servers.size() == 6);
    CHECK(find(plan, "p", "a").index != find(plan, "q", "a").index);
    CHECK(find(plan, "q", "a").value.pool == *world.indexes.pools.find("q"));
    CHECK(forwards(find(plan, "p", "a")));
    CHECK_FALSE(forwards(find(plan, "q", "a")));
}

TEST_CASE("index spaces restore what was in the maps") {
    IndexSpace space(4);
    CHECK(space.restore("x", 2));
    CHECK(space.restore("x", 2));
    CHECK_FALSE(space.restore("x", 1)); // x is at 2
    CHECK_FALSE(space.restore("y", 2)); // 2 is x's
    CHECK_FALSE(space.restore("y", 4)); // there is no 4
    CHECK(space.get("a") == 0);
    CHECK(space.get("x") == 2);
    CHECK(space.get("b") == 1);
    CHECK(space.get("c") == 3);
    CHECK_FALSE(space.get("d").has_value());
    CHECK_FALSE(space.find("d").has_value());
    space.release("x");
    space.release("x");
    space.release("nobody");
    CHECK(space.get("d") == 2);
    CHECK_FALSE(space.get("e").has_value());
    CHECK(space.all().size() == 4);
}

TEST_CASE("two of one name are restored, each at its index") {
    IndexSpace space(3);
    CHECK(space.restore("p/a", 1, "new"));
    CHECK(space.restore("p/a", 0, "old"));
    CHECK(space.restore("p/a", 0, "old"));
    CHECK_FALSE(space.restore("p/a", 2, "old"));
    CHECK(space.get("p/a", "new") == 1);
    CHECK(space.get("p/a", "old") == 0); // it is back
    CHECK(space.find("p/a@new") == 1);
    CHECK(space.get("p/a", "third") == 2);
    CHECK_FALSE(space.get("p/a", "fourth").has_value());
    CHECK(space.find("p/a") == 2); // nothing has changed by that
    space.release("p/a@old");
    CHECK(space.get("p/a", "fourth") == 0);
}

TEST_CASE("a full index space fails the plan and changes nothing") {
    World world;
    for (std::uint16_t i = 0; i < SS_MAX_SERVERS - 2; i++) {
        REQUIRE(world.indexes.servers.get("old/" + std::to_string(i)));
    }
    const auto made = make_plan(world.config, world.observed, world.indexes);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().message ==
          "no place for server p/c: all 4096 are in use, including those with running calls");
    CHECK_FALSE(world.indexes.servers.find("p/a").has_value());
    CHECK_FALSE(world.indexes.pools.find("p").has_value());

    world.indexes.servers.release("old/0");
    CHECK(make_plan(world.config, world.observed, world.indexes).ok());
}

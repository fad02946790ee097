// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/slow_start.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace std::chrono_literals;

namespace {

/// Pool "p" with the server "a", whose slow start takes 18 s: a step a second.
struct World {
    config::Config config;
    Observed observed;
    SlowStart slow_start;
    SlowStart::Time now{1h};
    const ServerId a{"p", "a"};

    World() {
        config::Pool pool;
        pool.name = "p";
        pool.slow_start = 18s;
        config::Server server;
        server.name = "a";
        server.address = *Address::parse("198.51.100.1");
        pool.servers = {server};
        config.pools = {pool};
        observed.next_hops[server.address].resolved = true;
    }

    config::Server &server() { return config.pools[0].servers[0]; }

    /// Time passes, then the health is seen. The share in force after it.
    unsigned at(std::chrono::milliseconds later, Health health) {
        observed.health[a] = health;
        return at(later);
    }
    unsigned at(std::chrono::milliseconds later) {
        now += later;
        slow_start.update(config, observed, now);
        const auto shares = slow_start.shares();
        const auto share = shares.find(a);
        return share == shares.end() ? kWholeShare : share->second;
    }
};

} // namespace

TEST_CASE("a server that is seen for the first time has all of its weight") {
    World world;
    CHECK(world.at(0s, Health::Unknown) == 20);
    CHECK(world.at(1s, Health::Unknown) == 20);
    CHECK(world.at(1s, Health::Up) == 20);
    CHECK_FALSE(world.slow_start.next().has_value());
    World up_at_once;
    CHECK(up_at_once.at(0s, Health::Up) == 20);
}

TEST_CASE("a server whose neighbour is found late does not come back") {
    World world;
    auto &hop = world.observed.next_hops[world.server().address];
    hop.resolved = false;
    CHECK(world.at(0s, Health::Up) == 20);
    hop.resolved = true;
    CHECK(world.at(1s, Health::Up) == 20);
}

TEST_CASE("the share grows from a tenth to the whole in equal steps") {
    World world;
    world.at(0s, Health::Up);
    world.at(1s, Health::Down);
    CHECK(world.at(1s, Health::Up) == 2);
    const auto began = world.now;
    for (unsigned step = 1; step < 18; step++) {
        const auto next = world.slow_start.next();
        REQUIRE(next.has_value());
        CHECK(*next == began + step * 1s);
        CHECK(world.at(999ms) == 1 + step); // not yet
        CHECK(world.at(1ms) == 2 + step);
    }
    CHECK(world.at(1s) == 20);
    CHECK_FALSE(world.slow_start.next().has_value());
}

TEST_CASE("the next step is never in the past, whatever the time it takes") {
    World world;
    world.config.pools[0].slow_start = 1ms; // not a multiple of 18 ns
    world.at(0s, Health::Up);
    world.at(1s, Health::Down);
    world.at(1s, Health::Up);
    int steps = 0;
    while (const auto next = world.slow_start.next()) {
        REQUIRE(*next > world.now);
        const unsigned before = world.slow_start.shares().at(world.a);
        world.now = *next;
        CHECK(world.at(0s) == before + 1);
        REQUIRE(++steps < 20);
    }
    CHECK(steps == 18);
}

TEST_CASE("it comes back from down, disabled, a lost neighbour and a drain that is over") {
    World world;
    world.at(0s, Health::Up);
    SECTION("down") {
        world.at(1s, Health::Down);
    }
    SECTION("down from the start") {
        world.slow_start = {};
        world.at(0s, Health::Unknown);
        world.at(1s, Health::Down);
    }
    SECTION("disabled") {
        world.server().admin = config::Admin::Disabled;
        CHECK(world.at(1s) == 20);
        world.server().admin = config::Admin::Enabled;
    }
    SECTION("disabled from the start") {
        world.slow_start = {};
        world.server().admin = config::Admin::Disabled;
        world.at(1s);
        world.server().admin = config::Admin::Enabled;
    }
    SECTION("its neighbour lost") {
        auto &hop = world.observed.next_hops[world.server().address];
        hop.resolved = false;
        world.at(1s);
        hop.resolved = true;
    }
    SECTION("drained to its deadline") {
        world.server().admin = config::Admin::Draining;
        world.observed.drains_over = {world.a};
        world.at(1s);
        world.server().admin = config::Admin::Enabled;
        world.observed.drains_over.clear();
    }
    CHECK(world.at(1s, Health::Up) == 2);
}

TEST_CASE("a drain that is called off does not make a server come back") {
    World world;
    world.at(0s, Health::Up);
    world.server().admin = config::Admin::Draining;
    CHECK(world.at(1s) == 20);
    world.server().admin = config::Admin::Enabled;
    CHECK(world.at(1s) == 20);
}

TEST_CASE("a server that fails on its way up begins again") {
    World world;
    world.at(0s, Health::Up);
    world.at(1s, Health::Down);
    world.at(1s, Health::Up);
    CHECK(world.at(9s) == 11);
    CHECK(world.at(0s, Health::Down) == 20); // no share: it is not in the ring
    CHECK_FALSE(world.slow_start.next().has_value());
    CHECK(world.at(1s, Health::Up) == 2);
}

TEST_CASE("without slow start, or with it taken away, a server has all of its weight") {
    World world;
    world.at(0s, Health::Up);
    world.at(1s, Health::Down);
    world.at(1s, Health::Up);
    CHECK(world.at(3s) == 5);
    world.config.pools[0].slow_start = 0s;
    CHECK(world.at(0s) == 20);
    world.at(1s, Health::Down);
    CHECK(world.at(1s, Health::Up) == 20);
}

TEST_CASE("a server that is configured anew is seen for the first time") {
    World world;
    world.at(0s, Health::Up);
    world.at(1s, Health::Down);
    auto servers = std::exchange(world.config.pools[0].servers, {});
    world.at(1s);
    world.config.pools[0].servers = servers;
    CHECK(world.at(1s, Health::Up) == 20);
}

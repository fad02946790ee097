// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/drains.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace std::chrono_literals;

namespace {

using What = DrainNote::What;
using Notes = std::vector<DrainNote>;

/// Pool "p" with the servers "a", which is draining, and "b", which is not.
struct World {
    config::Config config;
    Drains drains;
    Drains::Time now{1h};
    std::uint64_t calls = 3; // of a
    const ServerId a{"p", "a"};

    World() {
        config::Pool pool;
        pool.name = "p";
        pool.servers.resize(2);
        pool.servers[0].name = "a";
        pool.servers[0].admin = config::Admin::Draining;
        pool.servers[1].name = "b";
        config.pools = {pool};
    }

    config::Server &server() { return config.pools[0].servers[0]; }
    Notes at(std::chrono::milliseconds later) {
        now += later;
        return drains.update(config, now);
    }
    Notes pass() {
        return drains.note_pass([&](const ServerId &id) {
            REQUIRE(id == a);
            return calls;
        });
    }
};

} // namespace

TEST_CASE("a drain begins once, and ends when the server is not draining any more") {
    World world;
    CHECK(world.at(0s) == Notes{{What::Started, world.a}});
    const auto began = world.now;
    CHECK(world.at(5s).empty());
    CHECK(world.drains.began() == std::map<ServerId, Drains::Time>{{world.a, began}});
    CHECK_FALSE(world.drains.next().has_value());
    CHECK(world.at(1000h).empty()); // no deadline
    CHECK(world.drains.over().empty());
    world.server().admin = config::Admin::Enabled;
    CHECK(world.at(1s).empty());
    CHECK(world.drains.all().empty());
    world.server().admin = config::Admin::Draining;
    CHECK(world.at(1s) == Notes{{What::Started, world.a}});
    CHECK(world.drains.began().at(world.a) == world.now);
}

TEST_CASE("the deadline counts from the beginning, and is noted once") {
    World world;
    world.server().drain_timeout = 10s;
    CHECK(world.at(0s) == Notes{{What::Started, world.a}});
    CHECK(world.drains.next() == world.now + 10s);
    CHECK(world.at(9999ms).empty());
    CHECK(world.drains.over().empty());
    CHECK(world.at(1ms) == Notes{{What::Deadline, world.a}});
    CHECK(world.drains.over() == std::set<ServerId>{world.a});
    CHECK_FALSE(world.drains.next().has_value());
    CHECK(world.at(1s).empty());
}

TEST_CASE("a deadline may be set, moved and taken away during a drain") {
    World world;
    world.at(0s);
    const auto began = world.now;
    world.server().drain_timeout = 60s;
    CHECK(world.at(20s).empty());
    CHECK(world.drains.next() == began + 60s);
    world.server().drain_timeout = 5s;
    CHECK(world.at(1s) == Notes{{What::Deadline, world.a}});
    world.server().drain_timeout = 30s;
    CHECK(world.at(1s).empty());
    CHECK(world.drains.over().empty());
    world.server().drain_timeout.reset();
    CHECK(world.at(1000h).empty());
    CHECK(world.drains.over().empty());
}

TEST_CASE("a drain is done when a whole pass has found no call") {
    World world;
    world.at(0s);
    world.calls = 0;
    CHECK(world.pass().empty()); // it may have begun before the drain
    CHECK_FALSE(world.drains.all().at(world.a).done);
    world.calls = 1;
    CHECK(world.pass().empty());
    world.calls = 0;
    CHECK(world.pass() == Notes{{What::Done, world.a}});
    CHECK(world.drains.all().at(world.a).done);
    CHECK(world.pass().empty());
    CHECK(world.at(1s).empty());
    CHECK(world.drains.all().at(world.a).done);
}

TEST_CASE("calls that were taken away at the deadline are not drained") {
    World world;
    world.server().drain_timeout = 10s;
    world.at(0s);
    world.pass();
    world.at(10s);
    world.calls = 0;
    CHECK(world.pass().empty());
}

TEST_CASE("a drain of an earlier run goes on, and its deadline stays where it was") {
    World world;
    world.server().drain_timeout = 10s;
    world.drains = Drains({{world.a, world.now - 4s}, {{"p", "b"}, world.now}});
    CHECK(world.at(0s).empty()); // not begun again
    CHECK(world.drains.next() == world.now + 6s);
    CHECK(world.drains.all().size() == 1); // b is not draining
    CHECK(world.at(6s) == Notes{{What::Deadline, world.a}});
}

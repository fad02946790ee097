// SPDX-License-Identifier: Apache-2.0
//
// What a plan says of the schedulers of its pools: rings, shares, backups, quorum.
#include "farm/plan/ring_moves.hpp"
#include "plan_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;
using config::Config;

TEST_CASE("each scheduler has its ring and its value") {
    struct Case {
        config::Scheduler scheduler;
        std::uint8_t value;
        bool turns;
    };
    const Case cases[] = {
        {config::Scheduler::Hash, SS_SCHEDULER_HASH, false},
        {config::Scheduler::Source, SS_SCHEDULER_SOURCE, false},
        {config::Scheduler::LeastCalls, SS_SCHEDULER_LEAST_CALLS, false},
        {config::Scheduler::RoundRobin, SS_SCHEDULER_TURNS, true},
        {config::Scheduler::WeightedRoundRobin, SS_SCHEDULER_TURNS, true},
    };
    for (const Case &c : cases) {
        World world;
        world.config.pools[0].scheduler = c.scheduler;
        world.a().weight = 200;
        world.config.pools[0].servers[2].weight = 0;
        const Plan plan = world.plan();
        const ss_ring &ring = *plan.pools[0].ring;
        const std::uint16_t a = find(plan, "p", "a").index;
        const std::uint16_t b = find(plan, "p", "b").index;
        INFO("scheduler " << int{c.value});
        CHECK(plan.pools[0].value.scheduler == c.value);
        CHECK(std::vector<std::uint16_t>(ring.member, ring.member + ring.members) ==
              std::vector<std::uint16_t>{a, b});
        CHECK(find(plan, "p", "c").value.weight == 0);
        CHECK(find(plan, "p", "b").value.weight ==
              (c.scheduler == config::Scheduler::RoundRobin ? 1 : 100));
        if (!c.turns) {
            CHECK(ring.slots == SS_RING_SLOTS);
            CHECK(std::abs(std::count(ring.slot, ring.slot + SS_RING_SLOTS, a) - 43691) < 2);
        }
    }
}

TEST_CASE("a round robin takes turns, with weights only if it is a weighted one") {
    World world;
    world.a().weight = 200;
    world.config.pools[0].scheduler = config::Scheduler::RoundRobin;
    const Plan plain = world.plan();
    CHECK(plain.pools[0].ring->slots == 3);
    world.config.pools[0].scheduler = config::Scheduler::WeightedRoundRobin;
    const Plan weighted = world.plan(&plain);
    CHECK(weighted.pools[0].ring->slots == 4);
    const std::uint16_t a = find(weighted, "p", "a").index;
    const auto *slots = weighted.pools[0].ring->slot;
    CHECK(std::count(slots, slots + 4, a) == 2);
}

TEST_CASE("another scheduler makes another ring of the same members") {
    World world;
    const Plan hash = world.plan();
    world.config.pools[0].scheduler = config::Scheduler::WeightedRoundRobin;
    const Plan turns = world.plan(&hash);
    CHECK(turns.pools[0].members == hash.pools[0].members);
    CHECK(turns.pools[0].ring->slots == 3);
    CHECK_FALSE(turns == hash);
    CHECK(world.plan(&turns).pools[0].ring == turns.pools[0].ring);
}

TEST_CASE("key, policy and limits are in the values") {
    World world;
    auto &pool = world.config.pools[0];
    ss_pool value = world.plan().pools[0].value;
    CHECK(value.key == SS_KEY_CALL_ID);
    CHECK(value.when_down == SS_WHEN_DOWN_DROP);
    CHECK(value.reject_gap == 10'000'000);
    CHECK(find(world.plan(), "p", "a").value.most_calls == 0);
    CHECK(find(world.plan(), "p", "a").value.new_call_gap == 0);

    pool.key = config::Key::AddressOfRecord;
    pool.when_down = config::WhenDown::Reject;
    pool.reject.per_second = 1;
    world.a().max_calls = 500;
    world.a().max_new_calls_per_second = 30;
    const Plan plan = world.plan();
    value = plan.pools[0].value;
    CHECK(value.key == SS_KEY_ADDRESS_OF_RECORD);
    CHECK(value.when_down == SS_WHEN_DOWN_REJECT);
    CHECK(value.reject_gap == 1'000'000'000);
    CHECK(find(plan, "p", "a").value.most_calls == 500);
    CHECK(find(plan, "p", "a").value.new_call_gap == 33'333'333);
    CHECK(find(plan, "p", "b").value.most_calls == 0);

    pool.key = config::Key::CallIdAndVia;
    pool.when_down = config::WhenDown::Pass;
    CHECK(world.plan().pools[0].value.key == SS_KEY_CALL_ID_AND_VIA);
    CHECK(world.plan().pools[0].value.when_down == SS_WHEN_DOWN_PASS);
}

TEST_CASE("backup servers are in the ring while too few of the tier before are up") {
    World world;
    auto &pool = world.config.pools[0];
    pool.tier_minimum = 2;
    pool.servers[2].tier = 1; // c backs up a and b
    const auto in = [&](const Plan &plan, const char *name) {
        const PlannedServer &server = find(plan, "p", name);
        CHECK(server.takes_new == (in_ring(*plan.pools[0].ring).count(server.index) == 1));
        return server.takes_new;
    };
    const Plan well = world.plan();
    CHECK((in(well, "a") && in(well, "b") && !in(well, "c")));
    CHECK(forwards(find(well, "p", "c"))); // its running calls stay

    world.observed.health[{"p", "a"}] = Health::Down;
    const Plan failed = world.plan();
    CHECK((!in(failed, "a") && in(failed, "b") && in(failed, "c")));
    world.observed.health[{"p", "a"}] = Health::Up;
    world.a().admin = config::Admin::Draining;
    CHECK(in(world.plan(), "c"));
    world.a().admin = config::Admin::Enabled;
    CHECK_FALSE(in(world.plan(), "c"));
}

TEST_CASE("with fewer servers than its quorum a pool is down, and says why") {
    World world;
    world.config.pools[0].quorum = 2;
    CHECK(world.plan().pools[0].down.empty());
    world.observed.health[{"p", "a"}] = Health::Down;
    CHECK(world.plan().pools[0].down.empty());
    world.observed.health[{"p", "b"}] = Health::Down;
    const Plan plan = world.plan();
    CHECK(plan.pools[0].down == "1 server can take new calls, fewer than the quorum of 2");
    CHECK(forwards(find(plan, "p", "c"))); // running calls stay
    CHECK_FALSE(find(plan, "p", "c").takes_new);
    // Those that lose their server still find this one.
    CHECK(plan.pools[0].value.down == 1);
    CHECK(in_ring(*plan.pools[0].ring) == std::set<std::uint16_t>{find(plan, "p", "c").index});
    CHECK(ring_shares(plan).empty());
    world.config.pools[0].mode = config::PoolMode::Stateless;
    CHECK(in_ring(*world.plan().pools[0].ring) == std::set<std::uint16_t>{SS_NO_SERVER});
    world.config.pools[0].mode = config::PoolMode::Stateful;

    world.config.pools[0].quorum = 1;
    CHECK(world.plan().pools[0].down.empty());
    world.observed.health.clear();
    CHECK(world.plan().pools[0].down == "no server can take new calls");
    world.config.pools[0].servers.clear();
    CHECK(world.plan().pools[0].down == "it has no servers");
}

namespace {

std::uint32_t ring_weight(const Plan &plan, const std::string &name) {
    const auto index = find(plan, "p", name).index;
    const auto &members = plan.pools[0].members;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const auto &member) { return member.index == index; });
    REQUIRE(found != members.end());
    return found->weight;
}

} // namespace

TEST_CASE("while a server comes back, the weights of its pool are in parts of it") {
    World world;
    auto &servers = world.config.pools[0].servers;
    for (auto &server : servers) {
        server.weight = 1;
    }
    const Plan before = world.plan();
    CHECK(ring_weight(before, "a") == 1);
    for (const unsigned share : {2U, 5U, 19U}) {
        world.observed.shares = {{{"p", "a"}, share}};
        const Plan plan = world.plan(&before);
        CHECK(ring_weight(plan, "a") == share);
        CHECK(ring_weight(plan, "b") == 20);
        CHECK(find(plan, "p", "a").value.weight == share);
        CHECK(find(plan, "p", "b").value.weight == 20);
        CHECK(find(plan, "p", "a").weight_now == share / 20.0);
        CHECK(find(plan, "p", "b").weight_now == 1);
        const ss_ring &ring = *plan.pools[0].ring;
        const auto slots = static_cast<unsigned>(
            std::count(ring.slot, ring.slot + SS_RING_SLOTS, find(plan, "p", "a").index));
        CHECK(slots >= SS_RING_SLOTS * share / (40 + share) - 1);
        CHECK(slots <= SS_RING_SLOTS * share / (40 + share) + 1);
    }
    world.observed.shares.clear();
    const Plan after = world.plan();
    CHECK(after.pools == before.pools);
    CHECK(same_bytes(after.pools[0].ring->slot, before.pools[0].ring->slot));
}

TEST_CASE("large weights of a pool that a server comes back to are scaled into the map") {
    World world;
    auto &servers = world.config.pools[0].servers;
    servers[1].weight = 7;
    servers[2].weight = 65535;
    world.observed.shares = {{{"p", "a"}, 5}};
    const Plan plan = world.plan();
    CHECK(ring_weight(plan, "a") == 500);
    CHECK(ring_weight(plan, "b") == 140);
    CHECK(ring_weight(plan, "c") == 65535 * 20);
    CHECK(find(plan, "p", "a").value.weight == 25);
    CHECK(find(plan, "p", "b").value.weight == 7);
    CHECK(find(plan, "p", "c").value.weight == 65535);
    servers[0].weight = 1; // of the map's it would be 0
    CHECK(find(world.plan(), "p", "a").value.weight == 1);
    servers[0].weight = 0;
    CHECK(find(world.plan(), "p", "a").value.weight == 0);
    CHECK_FALSE(find(world.plan(), "p", "a").takes_new);
}

TEST_CASE("a server that comes back to a round robin has fewer turns") {
    World world;
    world.config.pools[0].scheduler = config::Scheduler::RoundRobin;
    world.a().weight = 1; // which a round robin does not look at
    world.observed.shares = {{{"p", "a"}, 2}};
    const Plan plan = world.plan();
    const ss_ring &ring = *plan.pools[0].ring;
    CHECK(ring.slots == 21); // 2 of 20 to 20 to 20
    CHECK(std::count(ring.slot, ring.slot + 21, find(plan, "p", "a").index) == 1);
    CHECK(std::count(ring.slot, ring.slot + 21, find(plan, "p", "b").index) == 10);
}

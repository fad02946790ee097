// SPDX-License-Identifier: Apache-2.0
#include "plan_world.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <set>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;
using config::Config;

TEST_CASE("a server takes calls by health, neighbour, admin state and weight") {
    struct Case {
        std::string what;
        bool probed;
        Health health;
        bool resolved;
        config::Admin admin;
        std::uint16_t weight;
        bool forwards;
        bool takes_new;
    };
    const auto on = config::Admin::Enabled;
    const auto off = config::Admin::Disabled;
    const auto drain = config::Admin::Draining;
    const Case cases[] = {
        {"all well", true, Health::Up, true, on, 100, true, true},
        {"down", true, Health::Down, true, on, 100, false, false},
        {"unknown", true, Health::Unknown, true, on, 100, false, false},
        {"no neighbour", true, Health::Up, false, on, 100, false, false},
        {"disabled", true, Health::Up, true, off, 100, false, false},
        {"draining", true, Health::Up, true, drain, 100, true, false},
        {"draining and down", true, Health::Down, true, drain, 100, false, false},
        {"draining, no neighbour", true, Health::Up, false, drain, 100, false, false},
        {"draining, no probe", false, Health::Unknown, true, drain, 100, true, false},
        {"weight 0", true, Health::Up, true, on, 0, true, false},
        {"weight 0 and down", true, Health::Down, true, on, 0, false, false},
        {"weight 0, disabled", true, Health::Up, true, off, 0, false, false},
        {"no probe", false, Health::Unknown, true, on, 100, true, true},
        {"no probe, once down", false, Health::Down, true, on, 100, true, true},
        {"no probe, no neighbour", false, Health::Up, false, on, 100, false, false},
        {"no probe, disabled", false, Health::Unknown, true, off, 100, false, false},
        {"no probe, weight 0", false, Health::Unknown, true, on, 0, true, false},
    };
    for (const Case &c : cases) {
        World world;
        world.config.pools[0].probe.type =
            c.probed ? config::ProbeType::Options : config::ProbeType::None;
        world.observed.health[{"p", "a"}] = c.health;
        world.observed.next_hops[world.a().address].resolved = c.resolved;
        world.a().admin = c.admin;
        world.a().weight = c.weight;
        const Plan plan = world.plan();
        const PlannedServer &planned = find(plan, "p", "a");
        INFO(c.what);
        CHECK(forwards(planned) == c.forwards);
        CHECK(planned.takes_new == c.takes_new);
        CHECK((planned.value.flags & SS_SERVER_IN_USE) != 0);
        CHECK(in_ring(*plan.pools[0].ring).count(planned.index) == (c.takes_new ? 1 : 0));
        CHECK(in_ring(*plan.pools[0].ring).count(find(plan, "p", "b").index) == 1);
    }
}

TEST_CASE("what was never observed takes no calls") {
    World world;
    world.observed = {};
    const Plan plan = world.plan();
    for (const PlannedServer &planned : plan.servers) {
        CHECK_FALSE(forwards(planned));
        CHECK(planned.value.ifindex == 0);
    }
    CHECK(in_ring(*plan.pools[0].ring) == std::set<std::uint16_t>{SS_NO_SERVER});
    CHECK(plan.ports.empty());
}

TEST_CASE("the value of a server") {
    World world;
    world.config.pools[0].servers[1] = server("b", "2001:db8::2");
    world.config.pools[0].servers[1].port = 5070;
    world.observed.next_hops[address("2001:db8::2")] = hop(9, 0x22, 100);
    const Plan plan = world.plan();

    const ss_server &a = find(plan, "p", "a").value;
    const std::uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 1};
    CHECK(std::equal(std::begin(mapped), std::end(mapped), a.address));
    CHECK(ntohs(a.port) == 5060);
    CHECK(a.ifindex == 7);
    CHECK(a.vlan == 0);
    CHECK(a.pool == plan.pools[0].index);

    const ss_server &b = find(plan, "p", "b").value;
    const std::uint8_t mac[6] = {2, 0, 0, 0, 0, 0x22};
    const std::uint8_t source[6] = {2, 0, 0, 0, 1, 9};
    CHECK(std::equal(std::begin(mac), std::end(mac), b.mac));
    CHECK(std::equal(std::begin(source), std::end(source), b.source_mac));
    CHECK(b.vlan == 100);
    CHECK(b.ifindex == 9);
    CHECK(b.address[0] == 0x20);
    CHECK(b.address[15] == 2);
    CHECK(ntohs(b.port) == 5070);
}

TEST_CASE("frames for a server behind a router go to the next hop stated for it") {
    World world;
    world.a().address = address("203.0.113.1");
    CHECK_FALSE(forwards(find(world.plan(), "p", "a"))); // its own address is not resolved
    world.a().next_hop = address("198.51.100.2");
    const Plan plan = world.plan();
    const auto &a = find(plan, "p", "a");
    CHECK(forwards(a));
    CHECK(a.value.mac[5] == 2);
    CHECK(a.value.address[12] == 203); // it is still the server that it is
}

TEST_CASE("the value of a pool") {
    World world;
    world.config.pools[0].lifetimes = {std::chrono::seconds(1), std::chrono::hours(19),
                                       std::chrono::seconds(32), std::chrono::seconds(3600),
                                       std::chrono::seconds(300)};
    ss_pool value = world.plan().pools[0].value;
    CHECK(value.in_use == 1);
    CHECK(value.mode == SS_POOL_STATEFUL);
    CHECK(value.no_call_id == SS_NO_CALL_ID_SOURCE);
    // Ticks of 2.147483648 s, rounded up.
    CHECK(value.lifetime[SS_CALL_EMPTY] == 0);
    CHECK(value.lifetime[SS_CALL_EARLY] == 1);
    CHECK(value.lifetime[SS_CALL_CONFIRMED] == 31852); // 31851.2
    CHECK(value.lifetime[SS_CALL_CLOSING] == 15);      // 14.9
    CHECK(value.lifetime[SS_CALL_OTHER] == 1677);      // 1676.4
    CHECK(value.lifetime[SS_CALL_SOURCE] == 140);      // 139.7

    world.config.pools[0].mode = config::PoolMode::Stateless;
    world.config.pools[0].no_call_id = config::NoCallId::Drop;
    value = world.plan().pools[0].value;
    CHECK(value.mode == SS_POOL_STATELESS);
    CHECK(value.no_call_id == SS_NO_CALL_ID_DROP);
    world.config.pools[0].no_call_id = config::NoCallId::Pass;
    CHECK(world.plan().pools[0].value.no_call_id == SS_NO_CALL_ID_PASS);
}

TEST_CASE("messages of a method go to its pool, all others to the service's") {
    World world;
    world.config.pools.push_back({});
    world.config.pools[1].name = "registrars";
    world.config.services = {service("sip", "198.51.100.100", 5060, "p")};
    world.config.services[0].method_pools = {{SS_METHOD_REGISTER, "registrars"}};
    const Plan plan = world.plan();
    const auto &pools = plan.services[1].value.pool;
    for (std::uint32_t method = 0; method < SS_METHODS; method++) {
        const char *name = method == SS_METHOD_REGISTER ? "registrars" : "p";
        CHECK(pools[method] == *world.indexes.pools.find(name));
    }
}

TEST_CASE("a VIP drops what cannot be parsed if all pools on it drop what has no Call-ID") {
    World world;
    world.config.pools.push_back({});
    world.config.pools[1].name = "q";
    world.config.services = {service("a", "198.51.100.100", 5060, "p"),
                             service("b", "198.51.100.100", 5080, "q")};
    const auto drops = [&world] {
        return world.plan().services.front().value.mark & SS_MARK_DROP_UNPARSED;
    };
    CHECK(drops() == 0);
    world.config.pools[1].no_call_id = config::NoCallId::Drop;
    CHECK(drops() == 0);
    world.config.pools[0].no_call_id = config::NoCallId::Drop;
    CHECK(drops() == 1);
}

TEST_CASE("a server that is this host: no frame goes to it, and its VIPs are marked") {
    World world;
    world.config.pools.push_back({});
    world.config.pools[1].name = "q";
    world.config.services = {service("a", "198.51.100.100", 5060, "p"),
                             service("b", "198.51.100.101", 5060, "q"),
                             service("c", "198.51.100.102", 5060, "q")};
    world.config.services[2].method_pools = {{SS_METHOD_REGISTER, "p"}};
    NextHop here;
    here.resolved = true;
    here.local = true;
    world.observed.next_hops[address("198.51.100.1")] = here;
    const Plan plan = world.plan();
    const auto &a = find(plan, "p", "a").value;
    CHECK(a.flags == (SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW | SS_SERVER_LOCAL));
    CHECK(a.ifindex == 0);
    CHECK((find(plan, "p", "b").value.flags & SS_SERVER_LOCAL) == 0);
    CHECK(plan.ports == std::vector<std::uint32_t>{7});
    CHECK_FALSE(plan.links.contains(from_director({}))); // it sends no frames
    std::map<std::uint8_t, int> marks;
    for (const auto &planned : plan.services) {
        if (planned.is_marker()) {
            marks[planned.key.address[15]] = planned.value.mark & SS_MARK_LOCAL;
        }
    }
    CHECK(marks ==
          std::map<std::uint8_t, int>{{100, SS_MARK_LOCAL}, {101, 0}, {102, SS_MARK_LOCAL}});
}

TEST_CASE("servers behind routers, and the code of their VIP") {
    World world;
    world.config.pools[0].forward = config::Forward::Dscp;
    world.config.services[0].dscp = 10;
    const Plan plan = world.plan();
    CHECK((find(plan, "p", "a").value.flags & SS_SERVER_DSCP) != 0);
    CHECK(plan.services[0].is_marker());
    CHECK(plan.services[0].value.dscp == 10);
    world.config.pools[0].forward = config::Forward::L2;
    CHECK((find(world.plan(), "p", "a").value.flags & SS_SERVER_DSCP) == 0);
}

TEST_CASE("services have a key each, and each address one marker") {
    World world;
    world.config.pools.push_back({});
    world.config.pools[1].name = "q";
    world.config.services = {service("six", "2001:db8::100", 5060, "q"),
                             service("four", "198.51.100.100", 5060, "p"),
                             service("four-b", "198.51.100.100", 5080, "q")};
    const Plan plan = world.plan();
    REQUIRE(plan.services.size() == 5);

    // Sorted by key: IPv4-mapped addresses first, then by port.
    const char *names[] = {"", "four", "four-b", "", "six"};
    const std::uint16_t ports[] = {0, 5060, 5080, 0, 5060};
    for (std::size_t i = 0; i < 5; i++) {
        const PlannedService &planned = plan.services[i];
        INFO(i);
        CHECK(planned.name == names[i]);
        CHECK(ntohs(planned.key.port) == ports[i]);
        CHECK(planned.key.protocol == (planned.is_marker() ? 0 : IPPROTO_UDP));
        CHECK(planned.key.zero == 0);
        CHECK(planned.is_marker() == (ports[i] == 0));
    }
    const std::uint8_t ipv4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 100};
    CHECK(std::equal(std::begin(ipv4), std::end(ipv4), plan.services[0].key.address));
    CHECK(std::equal(std::begin(ipv4), std::end(ipv4), plan.services[1].key.address));
    const std::uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    CHECK(std::equal(std::begin(ipv6), std::end(ipv6), plan.services[4].key.address));

    CHECK(plan.services[1].value.pool[SS_METHOD_INVITE] == *world.indexes.pools.find("p"));
    CHECK(plan.services[2].value.pool[SS_METHOD_INVITE] == *world.indexes.pools.find("q"));
    CHECK(plan.services[1].value.id == *world.indexes.services.find("four"));
    CHECK(plan.services[4].value.id == *world.indexes.services.find("six"));
}

TEST_CASE("ports are the interfaces of the resolved next hops") {
    World world;
    world.observed.next_hops[address("198.51.100.1")] = hop(12, 1);
    world.observed.next_hops[address("198.51.100.2")] = hop(3, 2);
    world.observed.next_hops[address("198.51.100.3")] = hop(12, 3);
    world.observed.next_hops[address("203.0.113.9")] = hop(99, 9); // nobody's
    CHECK(world.plan().ports == std::vector<std::uint32_t>{3, 12});
    world.observed.next_hops[address("198.51.100.2")].resolved = false;
    CHECK(world.plan().ports == std::vector<std::uint32_t>{12});
}

TEST_CASE("too many interfaces fail the plan") {
    World world;
    for (std::uint8_t i = 0; i < SS_MAX_PORTS + 1; i++) {
        const Address at = Address::from_ipv4({203, 0, 113, i});
        world.config.pools[0].servers.push_back(server("s" + std::to_string(i), at.to_string()));
        world.observed.next_hops[at] = hop(100U + i, i);
    }
    const auto made = make_plan(world.config, world.observed, world.indexes);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().message ==
          "servers are reached through 66 interfaces; at most 64 are supported");
}

TEST_CASE("a ring is taken from any of the plans that are known") {
    World world;
    const Plan first = world.plan();
    world.a().weight = 50;
    const Plan previewed = world.plan(&first);
    const auto made = make_plan(world.config, world.observed, world.indexes, {&first, &previewed});
    REQUIRE(made.ok());
    CHECK(made->pools[0].ring == previewed.pools[0].ring);
}

TEST_CASE("a ring that would be the same is shared with the previous plan") {
    World world;
    const Plan first = world.plan();
    const Plan second = world.plan(&first);
    CHECK(second == first);
    CHECK(second.pools[0].ring == first.pools[0].ring);

    // A neighbour's new MAC changes the server, not the ring.
    world.observed.next_hops[world.a().address].mac[5] = 77;
    const Plan moved = world.plan(&second);
    CHECK(moved.pools[0].ring == first.pools[0].ring);
    CHECK(moved.pools == first.pools);
    CHECK_FALSE(moved == first);
    CHECK_FALSE(find(moved, "p", "a") == find(first, "p", "a"));
    CHECK(find(moved, "p", "b") == find(first, "p", "b"));

    // Weight, health and identity change it.
    world.a().weight = 50;
    const Plan weighed = world.plan(&moved);
    CHECK(weighed.pools[0].ring != moved.pools[0].ring);
    CHECK_FALSE(weighed.pools[0] == moved.pools[0]);
    world.observed.health[{"p", "a"}] = Health::Down;
    const Plan down = world.plan(&weighed);
    CHECK(down.pools[0].ring != weighed.pools[0].ring);
    world.a().weight = 60; // of a server that is out of the ring
    CHECK(world.plan(&down).pools[0].ring == down.pools[0].ring);
    CHECK(world.plan().pools[0].ring != down.pools[0].ring);
}

TEST_CASE("the ring of a plan is the Maglev ring of its servers' addresses and ports") {
    World world;
    world.a().weight = 300;
    const Plan plan = world.plan();
    const auto ring = make_ring(
        {{ring_identity(address("198.51.100.1"), 5060), 300, find(plan, "p", "a").index},
         {ring_identity(address("198.51.100.2"), 5060), 100, find(plan, "p", "b").index},
         {ring_identity(address("198.51.100.3"), 5060), 100, find(plan, "p", "c").index}});
    CHECK(same_bytes(ring->slot, plan.pools[0].ring->slot));
}

TEST_CASE("a drain that is over takes the server's calls away") {
    World world;
    world.a().admin = config::Admin::Draining;
    CHECK(forwards(find(world.plan(), "p", "a")));
    world.observed.drains_over = {{"p", "a"}};
    CHECK_FALSE(forwards(find(world.plan(), "p", "a")));
    world.a().admin = config::Admin::Enabled; // the drain is forgotten at the same time or later
    CHECK(forwards(find(world.plan(), "p", "a")));
}

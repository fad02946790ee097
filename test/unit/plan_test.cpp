// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <set>

using namespace sipsteer;
using namespace sipsteer::plan;
using config::Config;

namespace {

Address address(const std::string &text) {
    return *Address::parse(text);
}

config::Server server(const std::string &name, const std::string &at) {
    config::Server server;
    server.name = name;
    server.address = address(at);
    return server;
}

config::Service service(const std::string &name, const std::string &vip, std::uint16_t port,
                        const std::string &pool) {
    config::Service service;
    service.name = name;
    service.address = address(vip);
    service.port = port;
    service.pool = pool;
    return service;
}

NextHop hop(std::uint32_t ifindex, std::uint8_t last, std::uint16_t vlan = 0) {
    NextHop hop;
    hop.resolved = true;
    hop.ifindex = ifindex;
    hop.vlan = vlan;
    hop.mac = {2, 0, 0, 0, 0, last};
    hop.source_mac = {2, 0, 0, 0, 1, static_cast<std::uint8_t>(ifindex)};
    return hop;
}

/// One pool "p" of servers a, b, c (198.51.100.1 to .3) behind one service.
struct World {
    Config config;
    Observed observed;
    Indexes indexes;

    World() {
        config::Pool pool;
        pool.name = "p";
        pool.servers = {server("a", "198.51.100.1"), server("b", "198.51.100.2"),
                        server("c", "198.51.100.3")};
        config.pools = {pool};
        config.services = {service("sip", "198.51.100.100", 5060, "p")};
        for (std::uint8_t i = 1; i <= 3; i++) {
            observed.next_hops[Address::from_ipv4({198, 51, 100, i})] = hop(7, i);
        }
        for (const char *name : {"a", "b", "c"}) {
            observed.health[{"p", name}] = Health::Up;
        }
    }

    config::Server &a() { return config.pools[0].servers[0]; }
    Plan plan(const Plan *previous = nullptr) {
        auto made = make_plan(config, observed, indexes, previous);
        REQUIRE(made.ok());
        return *made;
    }
};

const PlannedServer &find(const Plan &plan, const std::string &pool, const std::string &name) {
    const auto found =
        std::find_if(plan.servers.begin(), plan.servers.end(), [&](const PlannedServer &s) {
            return s.id == ServerId{pool, name};
        });
    REQUIRE(found != plan.servers.end());
    return *found;
}

std::set<std::uint16_t> in_ring(const ss_ring &ring) {
    return {std::begin(ring.slot), std::end(ring.slot)};
}

bool forwards(const PlannedServer &server) {
    return (server.value.flags & SS_SERVER_FORWARD) != 0;
}

} // namespace

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
    const Case cases[] = {
        {"all well", true, Health::Up, true, on, 100, true, true},
        {"down", true, Health::Down, true, on, 100, false, false},
        {"unknown", true, Health::Unknown, true, on, 100, false, false},
        {"no neighbour", true, Health::Up, false, on, 100, false, false},
        {"disabled", true, Health::Up, true, off, 100, false, false},
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

TEST_CASE("a full index space fails the plan and changes nothing") {
    World world;
    for (std::uint16_t i = 0; i < SS_MAX_SERVERS - 2; i++) {
        REQUIRE(world.indexes.servers.get("old/" + std::to_string(i)));
    }
    const auto made = make_plan(world.config, world.observed, world.indexes);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().message ==
          "no place for server p/c: all 4096 are taken, counting those whose calls still run");
    CHECK_FALSE(world.indexes.servers.find("p/a").has_value());
    CHECK_FALSE(world.indexes.pools.find("p").has_value());

    world.indexes.servers.release("old/0");
    CHECK(make_plan(world.config, world.observed, world.indexes).ok());
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

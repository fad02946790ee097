// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/plan.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace sipsteer::plan::test {

inline Address address(const std::string &text) {
    return *Address::parse(text);
}

inline config::Server server(const std::string &name, const std::string &at) {
    config::Server server;
    server.name = name;
    server.address = address(at);
    return server;
}

inline config::Service service(const std::string &name, const std::string &vip, std::uint16_t port,
                               const std::string &pool) {
    config::Service service;
    service.name = name;
    service.address = address(vip);
    service.port = port;
    service.pool = pool;
    return service;
}

inline NextHop hop(std::uint32_t ifindex, std::uint8_t last, std::uint16_t vlan = 0) {
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
    config::Config config;
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
        std::vector<const Plan *> known;
        if (previous != nullptr) {
            known.push_back(previous);
        }
        auto made = make_plan(config, observed, indexes, known);
        REQUIRE(made.ok());
        return *made;
    }
};

inline const PlannedServer &find(const Plan &plan, const std::string &pool,
                                 const std::string &name) {
    const auto found =
        std::find_if(plan.servers.begin(), plan.servers.end(), [&](const PlannedServer &s) {
            return s.id == ServerId{pool, name};
        });
    REQUIRE(found != plan.servers.end());
    return *found;
}

inline std::set<std::uint16_t> in_ring(const ss_ring &ring) {
    return {std::begin(ring.slot), std::end(ring.slot)};
}

inline bool forwards(const PlannedServer &server) {
    return (server.value.flags & SS_SERVER_FORWARD) != 0;
}

} // namespace sipsteer::plan::test

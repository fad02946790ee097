// SPDX-License-Identifier: Apache-2.0
#include "daemon/neighbour_room.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;

namespace {

config::Server server_at(const char *address, const char *next_hop = nullptr) {
    config::Server server;
    server.address = *Address::parse(address);
    if (next_hop != nullptr) {
        server.next_hop = *Address::parse(next_hop);
    }
    return server;
}

} // namespace

TEST_CASE("a neighbour is wanted for each address that frames go to, by family, once") {
    config::Config config;
    config.pools.resize(2);
    config.pools[0].servers = {server_at("192.0.2.1"), server_at("192.0.2.2"),
                               server_at("2001:db8::1")};
    config.pools[1].servers = {server_at("192.0.2.1"), server_at("198.51.100.1", "192.0.2.9"),
                               server_at("198.51.100.2", "192.0.2.9")};
    CHECK(daemon::neighbours_wanted(config, true) == 3);
    CHECK(daemon::neighbours_wanted(config, false) == 1);
    CHECK(daemon::neighbours_wanted({}, true) == 0);
}

// SPDX-License-Identifier: Apache-2.0
//
// Who gets an index that was another's before inherits nothing of it.
#include "own_maps.hpp"

#include "farm/writer.hpp"
#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/counters.h>
#include <sipsteer/flow.h>
#include <sipsteer/pool.h>

#include <bpf/libbpf.h>

#include <catch2/catch.hpp>

#include <cstring>
#include <vector>

using namespace sipsteer;
using namespace sipsteer::dataplane;

namespace {

class OwnMaps {
public:
    OwnMaps() : maps_(test::open_own_maps()) {}

    const Maps &get() const { return *maps_; }

    /// Client number `client` of a service was sent to this server.
    void remember(std::uint32_t client, std::uint16_t service, std::uint16_t server) const {
        REQUIRE(
            write_value(maps_->flows(), key(client, service), ss_flow{server, 0}, "flows").ok());
    }
    bool knows(std::uint32_t client, std::uint16_t service) const {
        return read_value<ss_flow>(maps_->flows(), key(client, service)).has_value();
    }

private:
    static ss_flow_key key(std::uint32_t client, std::uint16_t service) {
        ss_flow_key key{};
        std::memcpy(key.client + 12, &client, sizeof(client));
        key.service = service;
        return key;
    }

    Result<Maps> maps_;
};

constexpr std::uint32_t kClients = 20'000;

} // namespace

TEST_CASE("flows to a server that is gone are forgotten, and no others") {
    const OwnMaps maps;
    farm::Writer writer(maps.get());
    for (std::uint32_t client = 0; client < kClients; client++) {
        maps.remember(client, 3, client % 2 ? 7 : 8);
    }
    REQUIRE(writer.release_server(7).ok());
    std::uint32_t of_released = 0, of_other = 0;
    for (std::uint32_t client = 0; client < kClients; client++) {
        (client % 2 ? of_released : of_other) += maps.knows(client, 3);
    }
    CHECK(of_released == 0);
    CHECK(of_other == kClients / 2);

    REQUIRE(writer.release_service(4).ok());
    CHECK(maps.knows(0, 3));
    REQUIRE(writer.release_service(3).ok());
    CHECK_FALSE(maps.knows(0, 3));
}

TEST_CASE("a pool that gets the index of one that is gone begins to count at 0") {
    const OwnMaps maps;
    farm::Writer writer(maps.get());
    const auto count = [&](std::uint32_t pool) {
        std::vector<ss_call_counters> values(static_cast<std::size_t>(libbpf_num_possible_cpus()));
        for (auto &value : values) {
            value.event[SS_CALL_EVENT_NEW] = 5;
            value.expired = 7;
        }
        REQUIRE(bpf_map_update_elem(maps.get().call_counters(), &pool, values.data(), BPF_ANY) ==
                0);
        ss_pool_load load{};
        load.turn = 9;
        REQUIRE(write_value(maps.get().pool_load(), pool, load, "pool_load").ok());
    };
    count(2);
    count(3);
    writer.release_pool(2);
    CHECK(read_call_counters(maps.get(), 2).event[SS_CALL_EVENT_NEW] == 0);
    CHECK(read_call_counters(maps.get(), 2).expired == 0);
    CHECK(read_turn(maps.get(), 2) == 0);
    CHECK(read_call_counters(maps.get(), 3).expired != 0);
    CHECK(read_turn(maps.get(), 3) == 9);
}

// SPDX-License-Identifier: Apache-2.0
//
// Who gets an index that was another's before inherits nothing of it.
#include "farm/writer.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/flow.h>

#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>
#include <sched.h>
#include <sys/mount.h>

using namespace sipsteer;
using namespace sipsteer::dataplane;

namespace {

/// The maps, pinned where nobody else sees them: over the folder of temporary files, in a mount
/// namespace of our own.
class OwnMaps {
public:
    OwnMaps() : maps_(open()) {}

    const Maps &get() const { return *maps_; }

    /// Client number `client` of a service was sent to this server.
    void remember(std::uint32_t client, std::uint16_t service, std::uint16_t server) const {
        REQUIRE(write_value(maps_->flows(), key(client, service), ss_flow{server}, "flows").ok());
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

    static Result<Maps> open() {
        const auto directory = std::filesystem::temp_directory_path();
        REQUIRE(::unshare(CLONE_NEWNS) == 0);
        REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
        REQUIRE(::mount("bpf", directory.c_str(), "bpf", 0, nullptr) == 0);
        auto maps = Maps::open({directory, {1, 2}, 1000, {}});
        INFO((maps ? "" : maps.error().message));
        REQUIRE(maps);
        return maps;
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

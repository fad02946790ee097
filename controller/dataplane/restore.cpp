// SPDX-License-Identifier: Apache-2.0
#include "dataplane/restore.hpp"

#include "dataplane/map_access.hpp"
#include "util/log.hpp"

#include <sipsteer/server.h>

#include <array>

namespace sipsteer::dataplane {

namespace {

void restore_names(int map, std::uint32_t size, plan::IndexSpace &space) {
    for (std::uint32_t index = 0; index < size; index++) {
        const auto name = read_name(map, index);
        if (!name.empty() && !space.restore(name, static_cast<std::uint16_t>(index))) {
            log::warn("name_not_restored", {{"name", name}, {"index", index}});
        }
    }
}

std::optional<plan::ServerId> server_id(const std::string &name) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) {
        return std::nullopt;
    }
    return plan::ServerId{name.substr(0, slash), name.substr(slash + 1)};
}

} // namespace

Restored restore(const Maps &maps) {
    Restored restored;
    restore_names(maps.service_names(), SS_MAX_SERVICES, restored.indexes.services);
    restore_names(maps.pool_names(), SS_MAX_POOLS, restored.indexes.pools);
    restore_names(maps.server_names(), SS_MAX_SERVERS, restored.indexes.servers);
    for (const auto &[name, index] : restored.indexes.servers.all()) {
        const auto server = read_value<ss_server>(maps.servers(), std::uint32_t{index});
        const auto id = server_id(name);
        if (id && server && (server->flags & SS_SERVER_FORWARD)) {
            restored.running[*id] = Address::from_bytes(std::to_array(server->address));
        }
    }
    return restored;
}

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
#include "farm/restore.hpp"

#include "base/log.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/server.h>

#include <array>

namespace sipsteer::farm {

namespace {

void restore_names(int map, std::uint32_t size, plan::IndexSpace &space) {
    for (std::uint32_t index = 0; index < size; index++) {
        const auto name = dataplane::read_name(map, index);
        if (!name.empty() && !space.restore(name, static_cast<std::uint16_t>(index))) {
            log::warn("name_not_restored", {{"name", name}, {"index", index}});
        }
    }
}

bool forwards_to(const ss_server &server) {
    return (server.flags & SS_SERVER_FORWARD) != 0;
}

std::optional<ServerId> server_id(const std::string &name) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) {
        return std::nullopt;
    }
    return ServerId{name.substr(0, slash), name.substr(slash + 1)};
}

/// Servers by name and address. The name of one that is forwarded to is its own; others that had
/// the name before it keep their indexes beside it.
void restore_servers(const dataplane::Maps &maps, Restored &restored) {
    for (const bool forwards : {true, false}) {
        for (std::uint32_t index = 0; index < SS_MAX_SERVERS; index++) {
            const auto name = dataplane::read_name(maps.server_names(), index);
            const auto server = dataplane::read_value<ss_server>(maps.servers(), index);
            if (name.empty() || !server || forwards != forwards_to(*server)) {
                continue;
            }
            const auto address = Address::from_bytes(std::to_array(server->address));
            const auto place = static_cast<std::uint16_t>(index);
            if (!restored.indexes.servers.restore(name, place, address.to_string())) {
                log::warn("name_not_restored", {{"name", name}, {"index", index}});
                continue;
            }
            const auto id = server_id(name);
            if (id && forwards) {
                restored.running.try_emplace(*id, address);
            } else if (id) {
                restored.idle.emplace(*id, address);
            }
        }
    }
}

} // namespace

Restored restore(const dataplane::Maps &maps) {
    Restored restored;
    restore_names(maps.service_names(), SS_MAX_SERVICES, restored.indexes.services);
    restore_names(maps.pool_names(), SS_MAX_POOLS, restored.indexes.pools);
    restore_servers(maps, restored);
    return restored;
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#include "api/status/resource_status.hpp"

#include "api/status/counter_status.hpp"
#include "api/status/server_status.hpp"
#include "farm/farm_status.hpp"

namespace sipsteer::status {

using nlohmann::json;

namespace {

template <typename T>
const T *named(const std::vector<T> &things, const std::string &name) {
    return find_if(things, [&](const T &thing) { return thing.name == name; });
}

/// A service is down if one of its pools is: what goes there gets no server.
json service_state_json(const StatusInput &input, const config::Service &service) {
    json state = farm::pool_state_json(planned_pool(input, service.pool));
    for (const auto &entry : service.method_pools) {
        if (state["state"] == "down") {
            break;
        }
        auto other = farm::pool_state_json(planned_pool(input, entry.pool));
        if (other["state"] == "down") {
            other["why"] = "pool " + entry.pool + ": " + other["why"].get<std::string>();
            state = std::move(other);
        }
    }
    return state;
}

} // namespace

json service_status(const StatusInput &input, const std::string &service) {
    const auto *configured = named(input.config->services, service);
    if (configured == nullptr) {
        return nullptr;
    }
    json entry = service_state_json(input, *configured);
    if (const auto *planned = named(input.plan->services, service)) {
        entry.update(service_counters_json(input, planned->value.id));
    }
    return entry;
}

json pool_status(const StatusInput &input, const std::string &pool) {
    const auto *configured = named(input.config->pools, pool);
    return configured == nullptr ? json() : farm::pool_state_json(planned_pool(input, pool));
}

ConfiguredServers configured_servers(const config::Config &config) {
    ConfiguredServers servers;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            servers.emplace(ServerId{pool.name, server.name}, ConfiguredServer{&pool, &server});
        }
    }
    return servers;
}

json server_status(const StatusInput &input, const ConfiguredServers &servers, const ServerId &id) {
    const auto found = servers.find(id);
    return found == servers.end()
               ? json()
               : server_status_json(input, *found->second.pool, *found->second.server);
}

} // namespace sipsteer::status

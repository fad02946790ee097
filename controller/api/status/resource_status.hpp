// SPDX-License-Identifier: Apache-2.0
//
// What is seen of services, pools and servers beside their configuration, by name.
#pragma once

#include "api/status/status_input.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::status {

/// Down if its pool, or one that a method of it goes to, is; and its counters. Null if the service
/// is not configured.
nlohmann::json service_status(const StatusInput &input, const std::string &service);

/// Null if it is not configured.
nlohmann::json pool_status(const StatusInput &input, const std::string &pool);

struct ConfiguredServer {
    const config::Pool *pool;
    const config::Server *server;
};
using ConfiguredServers = std::map<ServerId, ConfiguredServer>;

/// By their names: a list of thousands asks for each.
ConfiguredServers configured_servers(const config::Config &config);

/// Null if it is not among those that are configured.
nlohmann::json server_status(const StatusInput &input, const ConfiguredServers &servers,
                             const ServerId &id);

} // namespace sipsteer::status

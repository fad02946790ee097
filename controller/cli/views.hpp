// SPDX-License-Identifier: Apache-2.0
//
// What the daemon's status (GET /v1/status) and list of calls look like to a person.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

std::string status_view(const nlohmann::json &status, bool colour);
std::string services_view(const nlohmann::json &status, bool colour);
std::string pools_view(const nlohmann::json &status, bool colour);
std::string servers_view(const nlohmann::json &status, bool colour);
std::string calls_view(const nlohmann::json &calls, bool colour);
std::string cluster_view(const nlohmann::json &cluster, bool colour);

/// All fields, one a line: "probe.paths[0].health: up".
std::string fields_view(const nlohmann::json &thing);

} // namespace sipsteer::cli

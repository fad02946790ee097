// SPDX-License-Identifier: Apache-2.0
//
// What the data plane and the parts of the daemon count.
#pragma once

#include "api/status/status_input.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace sipsteer::status {

/// Packets, bytes and messages of a service, by its index.
nlohmann::json service_counters_json(const StatusInput &input, std::uint16_t service);

/// Packets, bytes and calls of a server, by its index.
nlohmann::json server_counters_json(const StatusInput &input, std::uint16_t server);

nlohmann::json fragments_json(const StatusInput &input);
nlohmann::json rejects_json(const StatusInput &input);
nlohmann::json reasons_json(const StatusInput &input);

/// GET /v1/counters: all of these.
nlohmann::json make_counters(const StatusInput &input);

} // namespace sipsteer::status

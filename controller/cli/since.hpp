// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace sipsteer::cli {

/// Adds "since" to the pools and services of a status: when the pool last went up or down, to the
/// second. The events pool_up and pool_down tell, oldest first (GET /v1/events). A pool without
/// such an event gets none.
void add_since(nlohmann::json &status, const nlohmann::json &events);

} // namespace sipsteer::cli

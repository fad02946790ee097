// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <nlohmann/json.hpp>

namespace sipsteer::api {

/// GET /v1/counters
void add_counter_routes(http::Router &router, std::function<nlohmann::json()> counters);

} // namespace sipsteer::api

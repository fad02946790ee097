// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <nlohmann/json.hpp>

namespace sipsteer::api {

/// GET /v1/cluster
void add_cluster_routes(http::Router &router, std::function<nlohmann::json()> cluster);

} // namespace sipsteer::api

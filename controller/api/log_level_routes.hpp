// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <string>

namespace sipsteer::api {

/// GET /v1/log_level
/// PUT /v1/log_level: until the daemon ends, or a new configuration has another level
///
/// `configured`: the level of the configuration in force.
void add_log_level_routes(http::Router &router, const std::function<std::string()> &configured);

} // namespace sipsteer::api

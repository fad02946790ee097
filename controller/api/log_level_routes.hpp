// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <string>

namespace sipsteer::api {

struct LogLevel {
    std::function<std::string()> in_force;
    std::function<std::string()> configured;
    std::function<bool(const std::string &)> set; // false: there is no such level
};

/// GET /v1/log_level
/// PUT /v1/log_level: until the daemon ends, or a new configuration has another level
void add_log_level_routes(http::Router &router, const LogLevel &level);

} // namespace sipsteer::api

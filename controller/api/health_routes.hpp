// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <string>
#include <vector>

namespace sipsteer::api {

/// GET /healthz: the daemon lives. GET /readyz: packets are steered as configured, or else 503.
/// `missing` says what that lacks, each in a few words; nothing: it is ready.
void add_health_routes(http::Router &router, std::function<std::vector<std::string>()> missing);

} // namespace sipsteer::api

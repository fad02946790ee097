// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_change.hpp"
#include "http/router.hpp"

namespace sipsteer::api {

/// GET /v1/config/history, and one configuration of it.
void add_history_routes(http::Router &router, ConfigAccess config);

} // namespace sipsteer::api

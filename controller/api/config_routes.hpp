// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_change.hpp"
#include "http/router.hpp"

namespace sipsteer::api {

/// GET /v1/config
/// PUT /v1/config?dry_run=
/// PATCH /v1/config?dry_run=
/// POST /v1/config/save
void add_config_routes(http::Router &router, ConfigAccess config);

} // namespace sipsteer::api

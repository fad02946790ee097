// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/routes.hpp"

namespace sipsteer::api {

/// GET /v1/counters
void add_counter_routes(http::Router &router, MakeText counters);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

namespace sipsteer::api {

/// GET /openapi.json: the description of the API (openapi.hpp)
/// GET /v1: the routes that `router` has; added last, it knows all of them
void add_document_routes(http::Router &router);

} // namespace sipsteer::api

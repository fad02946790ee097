// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/router.hpp"

#include <functional>
#include <string>

namespace sipsteer::api {

/// GET /metrics: `text` makes the answer's body, of that content type.
void add_metrics_routes(Router &router, std::function<std::string()> text,
                        std::string content_type);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
//
// The routes of the API. What they answer comes from the daemon: the API knows nothing of it.
#pragma once

#include "api/router.hpp"

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

namespace sipsteer::api {

/// What GET /v1/calls asks for.
struct CallsQuery {
    std::size_t limit = 100; // 1 to 1000
};

struct Sources {
    std::function<nlohmann::json()> status;
    std::function<nlohmann::json(const CallsQuery &)> calls;
};

/// GET /v1/status
/// GET /v1/calls?limit=
Router make_router(Sources sources);

} // namespace sipsteer::api

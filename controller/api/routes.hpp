// SPDX-License-Identifier: Apache-2.0
//
// The routes of the API. What they answer comes from the daemon: the API knows nothing of it.
#pragma once

#include "http/router.hpp"

#include <functional>

namespace sipsteer::api {

struct Sources {
    std::function<http::BodyLater()> status;
};

/// GET /v1/status
http::Router make_router(Sources sources);

} // namespace sipsteer::api

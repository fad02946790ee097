// SPDX-License-Identifier: Apache-2.0
//
// The routes of the API. What they answer comes from the daemon: the API knows nothing of it.
#pragma once

#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

namespace sipsteer::api {

/// Makes a document as JSON text, while others are served.
using MakeText = std::function<boost::asio::awaitable<std::string>()>;

/// A handler that answers it; the request must have no query.
http::Router::WaitingHandler document_handler(MakeText make);

struct Sources {
    MakeText status;
};

/// GET /v1/status
http::Router make_router(Sources sources);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

namespace sipsteer::api {

struct MetricsText {
    std::string content_type;
    std::string text;
};

/// Makes the metrics, in OpenMetrics or in Prometheus' older format, while others are served.
using MakeMetrics = std::function<boost::asio::awaitable<MetricsText>(bool open_metrics)>;

/// GET /metrics, in OpenMetrics for a client that accepts that.
void add_metrics_routes(http::Router &router, MakeMetrics make);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.hpp"

#include <functional>
#include <string>

namespace sipsteer::api {

struct MetricsText {
    std::string content_type;
    http::BodyLater body;
};

/// GET /metrics: `text` makes the answer, in OpenMetrics for a client that accepts that.
void add_metrics_routes(http::Router &router, std::function<MetricsText(bool open_metrics)> text);

} // namespace sipsteer::api

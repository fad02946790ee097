// SPDX-License-Identifier: Apache-2.0
#include "api/metrics_routes.hpp"

#include "http/query.hpp"

namespace sipsteer::api {

void add_metrics_routes(http::Router &router, std::function<MetricsText(bool open_metrics)> text) {
    router.add("GET", "/metrics", [text = std::move(text)](const http::Request &request) {
        if (const auto problem = http::QueryReader(request).finish()) {
            return http::problem_response(*problem);
        }
        auto metrics = text(request.fields.accept("application/openmetrics-text"));
        http::Response response;
        response.content_type = std::move(metrics.content_type);
        response.body_later = std::move(metrics.body);
        response.fields.emplace_back("Vary", "Accept");
        return response;
    });
}

} // namespace sipsteer::api

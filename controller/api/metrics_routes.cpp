// SPDX-License-Identifier: Apache-2.0
#include "api/metrics_routes.hpp"

#include "api/query.hpp"

namespace sipsteer::api {

void add_metrics_routes(Router &router, std::function<MetricsText(bool open_metrics)> text) {
    router.add("GET", "/metrics", [text = std::move(text)](const Request &request) {
        if (const auto problem = QueryReader(request).finish()) {
            return problem_response(*problem);
        }
        auto metrics = text(request.fields.accept("application/openmetrics-text"));
        Response response;
        response.content_type = std::move(metrics.content_type);
        response.body = std::move(metrics.body);
        response.fields.emplace_back("Vary", "Accept");
        return response;
    });
}

} // namespace sipsteer::api

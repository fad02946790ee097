// SPDX-License-Identifier: Apache-2.0
#include "api/metrics_routes.hpp"

#include "http/query.hpp"

#include <utility>

namespace sipsteer::api {

namespace {

boost::asio::awaitable<http::Response> metrics_answer(const http::Request &request,
                                                      const MakeMetrics &make) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    auto metrics = co_await make(request.fields.accept("application/openmetrics-text"));
    http::Response response;
    response.content_type = std::move(metrics.content_type);
    response.body = std::move(metrics.text);
    response.fields.emplace_back("Vary", "Accept");
    co_return response;
}

} // namespace

void add_metrics_routes(http::Router &router, MakeMetrics make) {
    router.add_waiting("GET", "/metrics", [make = std::move(make)](const http::Request &request) {
        return metrics_answer(request, make);
    });
}

} // namespace sipsteer::api

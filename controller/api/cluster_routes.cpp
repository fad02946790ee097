// SPDX-License-Identifier: Apache-2.0
#include "api/cluster_routes.hpp"

#include "http/problem.hpp"
#include "http/query.hpp"

#include <utility>

namespace sipsteer::api {

void add_cluster_routes(http::Router &router, std::function<nlohmann::json()> cluster) {
    router.add("GET", "/v1/cluster", [cluster = std::move(cluster)](const http::Request &request) {
        const auto problem = http::QueryReader(request).finish();
        return problem ? http::problem_response(*problem) : http::json_response(cluster());
    });
}

} // namespace sipsteer::api

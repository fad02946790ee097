// SPDX-License-Identifier: Apache-2.0
#include "api/counter_routes.hpp"

#include "http/query.hpp"

namespace sipsteer::api {

void add_counter_routes(http::Router &router, std::function<nlohmann::json()> counters) {
    router.add(
        "GET", "/v1/counters", [counters = std::move(counters)](const http::Request &request) {
            const auto problem = http::QueryReader(request).finish();
            return problem ? http::problem_response(*problem) : http::json_response(counters());
        });
}

} // namespace sipsteer::api

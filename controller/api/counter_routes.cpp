// SPDX-License-Identifier: Apache-2.0
#include "api/counter_routes.hpp"

#include "api/query.hpp"

namespace sipsteer::api {

void add_counter_routes(Router &router, std::function<nlohmann::json()> counters) {
    router.add("GET", "/v1/counters", [counters = std::move(counters)](const Request &request) {
        const auto problem = QueryReader(request).finish();
        return problem ? problem_response(*problem) : json_response(counters());
    });
}

} // namespace sipsteer::api

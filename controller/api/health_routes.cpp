// SPDX-License-Identifier: Apache-2.0
#include "api/health_routes.hpp"

#include "api/problem.hpp"
#include "api/query.hpp"

#include <utility>

namespace sipsteer::api {

namespace {

using Missing = std::function<std::vector<std::string>()>;

Response get_health(const Request &request) {
    const auto problem = QueryReader(request).finish();
    return problem ? problem_response(*problem) : json_response({{"status", "alive"}});
}

Response get_readiness(const Request &request, const Missing &missing) {
    if (const auto problem = QueryReader(request).finish()) {
        return problem_response(*problem);
    }
    std::string list;
    for (const std::string &one : missing()) {
        list += (list.empty() ? "" : "; ") + one;
    }
    return list.empty() ? json_response({{"status", "ready"}})
                        : problem_response({503, "not ready: " + list, {}, {}});
}

} // namespace

void add_health_routes(Router &router, Missing missing) {
    router.add("GET", "/healthz", get_health);
    router.add("GET", "/readyz", [missing = std::move(missing)](const Request &request) {
        return get_readiness(request, missing);
    });
}

} // namespace sipsteer::api

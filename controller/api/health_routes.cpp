// SPDX-License-Identifier: Apache-2.0
#include "api/health_routes.hpp"

#include "http/problem.hpp"
#include "http/query.hpp"

#include <utility>

namespace sipsteer::api {

namespace {

using Missing = std::function<std::vector<std::string>()>;

http::Response get_health(const http::Request &request) {
    const auto problem = http::QueryReader(request).finish();
    return problem ? http::problem_response(*problem) : http::json_response({{"status", "alive"}});
}

http::Response get_readiness(const http::Request &request, const Missing &missing) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    std::string list;
    for (const std::string &one : missing()) {
        list += (list.empty() ? "" : "; ") + one;
    }
    return list.empty() ? http::json_response({{"status", "ready"}})
                        : http::problem_response({503, "not ready: " + list, {}, {}});
}

} // namespace

void add_health_routes(http::Router &router, Missing missing) {
    router.add("GET", "/healthz", get_health);
    router.add("GET", "/readyz", [missing = std::move(missing)](const http::Request &request) {
        return get_readiness(request, missing);
    });
}

} // namespace sipsteer::api

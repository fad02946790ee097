// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include "api/query.hpp"

namespace sipsteer::api {

namespace {

Router::Handler status_handler(std::function<nlohmann::json()> status) {
    return [status = std::move(status)](const Request &request) {
        if (const auto problem = QueryReader(request).finish()) {
            return problem_response(*problem);
        }
        return json_response(status());
    };
}

} // namespace

Router make_router(Sources sources) {
    Router router;
    router.add("GET", "/v1/status", status_handler(std::move(sources.status)));
    return router;
}

} // namespace sipsteer::api

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

Router::Handler calls_handler(std::function<nlohmann::json(const CallsQuery &)> calls) {
    return [calls = std::move(calls)](const Request &request) {
        QueryReader reader(request);
        CallsQuery query;
        query.limit = reader.number("limit", 1, 1000, query.limit);
        if (const auto problem = reader.finish()) {
            return problem_response(*problem);
        }
        return json_response(calls(query));
    };
}

} // namespace

Router make_router(Sources sources) {
    Router router;
    router.add("GET", "/v1/status", status_handler(std::move(sources.status)));
    router.add("GET", "/v1/calls", calls_handler(std::move(sources.calls)));
    return router;
}

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include "http/query.hpp"

namespace sipsteer::api {

namespace {

http::Router::Handler status_handler(std::function<http::BodyLater()> status) {
    return [status = std::move(status)](const http::Request &request) {
        if (const auto problem = http::QueryReader(request).finish()) {
            return http::problem_response(*problem);
        }
        http::Response response;
        response.content_type = "application/json";
        response.body_later = status();
        return response;
    };
}

} // namespace

http::Router make_router(Sources sources) {
    http::Router router;
    router.add("GET", "/v1/status", status_handler(std::move(sources.status)));
    return router;
}

} // namespace sipsteer::api

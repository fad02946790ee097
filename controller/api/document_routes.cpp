// SPDX-License-Identifier: Apache-2.0
#include "api/document_routes.hpp"

#include "api/openapi.hpp"
#include "http/query.hpp"

namespace sipsteer::api {

namespace {

using nlohmann::json;

http::Router::Handler constant(const std::string &body) {
    return [body](const http::Request &request) {
        if (const auto problem = http::QueryReader(request).finish()) {
            return http::problem_response(*problem);
        }
        return http::Response{200, "application/json", body, {}};
    };
}

json route_json(const std::string &method, const std::string &path) {
    return {{"method", method}, {"path", path}};
}

/// What `own` answers, but for the role: all routes that there are before it is added.
json routes_json(const http::Router &router, const std::string &own) {
    json routes = json::array();
    for (const auto &[method, path] : router.routes()) {
        routes.push_back(route_json(method, path));
    }
    routes.push_back(route_json("GET", own));
    return {{"version", SIPSTEER_VERSION}, {"routes", std::move(routes)}};
}

} // namespace

void add_document_routes(http::Router &router) {
    router.add("GET", "/openapi.json", constant(openapi_document()));
    router.add("GET", "/v1", [routes = routes_json(router, "/v1")](const http::Request &request) {
        if (const auto problem = http::QueryReader(request).finish()) {
            return http::problem_response(*problem);
        }
        json answer = routes;
        answer["role"] = request.role;
        return http::json_response(answer);
    });
}

} // namespace sipsteer::api

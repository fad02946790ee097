// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include "http/query.hpp"

#include <utility>

namespace sipsteer::api {

namespace {

boost::asio::awaitable<http::Response> document_answer(const http::Request &request,
                                                       const MakeText &make) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    http::Response response;
    response.content_type = "application/json";
    response.body = co_await make();
    co_return response;
}

} // namespace

http::Router::WaitingHandler document_handler(MakeText make) {
    return [make = std::move(make)](const http::Request &request) {
        return document_answer(request, make);
    };
}

http::Router make_router(Sources sources) {
    http::Router router;
    router.add_waiting("GET", "/v1/status", document_handler(std::move(sources.status)));
    return router;
}

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#include "api/metrics_routes.hpp"

#include "api/query.hpp"

namespace sipsteer::api {

void add_metrics_routes(Router &router, std::function<std::string()> text,
                        std::string content_type) {
    router.add("GET", "/metrics",
               [text = std::move(text), type = std::move(content_type)](const Request &request) {
                   if (const auto problem = QueryReader(request).finish()) {
                       return problem_response(*problem);
                   }
                   Response response;
                   response.content_type = type;
                   response.body = text();
                   return response;
               });
}

} // namespace sipsteer::api

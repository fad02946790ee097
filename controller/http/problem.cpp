// SPDX-License-Identifier: Apache-2.0
#include "http/problem.hpp"

#include <boost/beast/http/status.hpp>

namespace sipsteer::http {

std::string status_title(unsigned status) {
    namespace beast_http = boost::beast::http;
    return std::string(beast_http::obsolete_reason(beast_http::int_to_status(status)));
}

Response problem_response(const Problem &problem) {
    nlohmann::json document = {{"type", "about:blank"},
                               {"title", status_title(problem.status)},
                               {"status", problem.status},
                               {"detail", problem.detail}};
    if (!problem.parameter.empty()) {
        document["parameter"] = problem.parameter;
    }
    if (!problem.pointer.empty()) {
        document["pointer"] = problem.pointer;
    }
    for (const FieldFault &fault : problem.errors) {
        document["errors"].push_back({{"pointer", fault.pointer}, {"detail", fault.detail}});
    }
    Response response = json_response(document, problem.status);
    response.content_type = "application/problem+json";
    return response;
}

} // namespace sipsteer::http

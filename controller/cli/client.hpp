// SPDX-License-Identifier: Apache-2.0
//
// The daemon's API, asked over HTTP.
#pragma once

#include "cli/context.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::cli {

struct ApiRequest {
    std::string method = "GET";
    std::string target; // path and query, percent-encoded
    std::string body = {};
    std::string content_type = "application/json";
    std::string if_match = {}; // entity tag that the resource must still have; empty: any
};

/// The daemon's answer, or the code to exit with, and why.
struct ApiAnswer {
    nlohmann::json body;
    int exit_code = kExitOk;
    std::string problem = {};
    int status = 0;        // of HTTP; 0: no answer
    std::string etag = {}; // of the resource; empty: the daemon gave none

    bool ok() const { return exit_code == kExitOk; }
};

/// One request on a connection of its own, 10 seconds at most. kExitNotReachable: no answer;
/// kExitFailed: the daemon refused (a problem document, RFC 9457), or does not know the route.
ApiAnswer ask_silently(const Context &context, const ApiRequest &request);

/// Likewise; the standard error says what went wrong.
ApiAnswer ask(const Context &context, const ApiRequest &request);

/// Text as one segment of a path, or a value of a query (RFC 3986, 2.1): all but unreserved
/// characters escaped.
std::string escape(std::string_view text);

/// "?name=value&..." of the parameters that have a value; empty if none has.
std::string query(const std::vector<std::pair<std::string, std::string>> &parameters);

} // namespace sipsteer::cli

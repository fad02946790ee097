// SPDX-License-Identifier: Apache-2.0
//
// A request and its answer, as handlers see them.
#pragma once

#include "http/fields.hpp"
#include "http/stream.hpp"
#include "http/target.hpp"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::http {

struct ReadBody;

struct Request {
    std::string method; // "GET"; case matters (RFC 9110, 9.1)
    Target target;
    std::map<std::string, std::string> captured; // what stood for {name} in the route's pattern
    std::string body;
    Fields fields = {};
    std::string role = "admin"; // of the client's token; without one, of all that there are
    std::string who = {};       // asks: the name of the token, or "uid 1000"
    std::string from = {};      // where: an address, or "local, pid 4711"
    std::shared_ptr<ReadBody> read = {}; // a long body, as JSON (json_body.hpp)
};

struct Response {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields; // besides those every answer has
    std::shared_ptr<Stream> stream = {};                     // if it is there, it is the body
    std::string change = {}; // for the audit: what was and what is now, "weight: 100 -> 50"
    bool changes = true;     // false: nothing was changed, though the method could have
};

/// `json` in one line. Text in it that is not UTF-8 is replaced, not refused.
Response json_response(const nlohmann::json &json, unsigned status = 200);

/// The body of that.
std::string json_text(const nlohmann::json &json);

} // namespace sipsteer::http

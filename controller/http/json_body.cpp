// SPDX-License-Identifier: Apache-2.0
#include "http/json_body.hpp"

#include "config/json_text.hpp"
#include "config/pointer.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <string_view>

namespace sipsteer::http {

namespace {

constexpr const char *kJson = "application/json";
constexpr const char *kMergePatch = "application/merge-patch+json";

/// A media type without its parameters.
std::string_view essence(std::string_view type) {
    type = type.substr(0, type.find(';'));
    const auto last = type.find_last_not_of(" \t");
    return type.substr(0, last == type.npos ? 0 : last + 1);
}

Response wrong_type(BodyKind kind, const std::string &type) {
    const bool patch = kind == BodyKind::MergePatch;
    const std::string good = patch ? std::string(kMergePatch) + ", " + kJson : kJson;
    const std::string found = type.empty() ? "no Content-Type" : "Content-Type " + type;
    Response response = problem_response({415, "the body has " + found + "; send " + good, {}, {}});
    // RFC 5789, 2.2, and RFC 9110, 15.5.16.
    response.fields.emplace_back(patch ? "Accept-Patch" : "Accept", good);
    return response;
}

Response bad_json(const config::Errors &errors, bool has_document) {
    if (!has_document) {
        return problem_response({400, errors.all().back().message, {}, {}});
    }
    Problem problem{422, "the body has duplicate fields", {}, {}};
    for (const auto &error : errors.all()) {
        problem.errors.push_back({config::json_pointer(error.path), error.message});
    }
    return problem_response(problem);
}

} // namespace

std::variant<nlohmann::json, Response> read_json_body(const Request &request, BodyKind kind) {
    const std::string type = request.fields.get("Content-Type").value_or("");
    const bool good =
        boost::beast::iequals(essence(type), kJson) ||
        (kind == BodyKind::MergePatch && boost::beast::iequals(essence(type), kMergePatch));
    if (!good) {
        return wrong_type(kind, type);
    }
    config::Errors errors;
    auto document = config::parse_json(request.body, errors);
    if (!errors.empty()) {
        return bad_json(errors, document.has_value());
    }
    return std::move(*document);
}

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#include "http/entity_tag.hpp"

#include "base/content_hash.hpp"
#include "http/problem.hpp"

#include <string_view>

namespace sipsteer::http {

namespace {

enum class Comparison { Strong, Weak };

/// Whether the list, "*" or tags with commas between them, names the tag. A tag may have commas in
/// its quotes. What is no tag ends the list.
bool names(std::string_view list, const std::string &tag, Comparison comparison) {
    if (list == "*") {
        return !tag.empty();
    }
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
        const bool weak = list.starts_with("W/");
        list.remove_prefix(weak ? 2 : 0);
        const auto end = list.starts_with('"') ? list.find('"', 1) : list.npos;
        if (end == list.npos) {
            return false;
        }
        const bool comparable = !weak || comparison == Comparison::Weak;
        if (comparable && list.substr(0, end + 1) == tag) {
            return true;
        }
        list.remove_prefix(end + 1);
    }
}

} // namespace

std::string entity_tag(const nlohmann::json &configuration) {
    return '"' + content_hash(configuration.dump()) + '"';
}

bool has_condition(const Request &request) {
    return request.fields.get("If-Match") || request.fields.get("If-None-Match");
}

std::optional<Response> failed_condition(const Request &request, const std::string &tag) {
    const auto match = request.fields.get("If-Match");
    const auto none_match = request.fields.get("If-None-Match");
    const bool other = match && !names(*match, tag, Comparison::Strong);
    const bool same = none_match && names(*none_match, tag, Comparison::Weak);
    if (!other && !same) {
        return std::nullopt;
    }
    Problem problem{412, "the configuration has changed: it has another entity tag", {}, {}};
    if (tag.empty()) {
        problem.detail = request.method == "POST"
                             ? "a new resource has no entity tag; remove If-Match"
                             : "there is no " + request.target.path + " yet";
    } else if (same) {
        problem.detail = "there is a " + request.target.path + " already";
    }
    Response response = problem_response(problem);
    if (!tag.empty()) {
        response.fields.emplace_back("ETag", tag);
    }
    return response;
}

bool is_known(const Request &request, const std::string &tag) {
    const auto none_match = request.fields.get("If-None-Match");
    return none_match && names(*none_match, tag, Comparison::Weak);
}

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#include "api/config_routes.hpp"

#include "api/config_change.hpp"
#include "api/entity_tag.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"

namespace sipsteer::api {

namespace {

using nlohmann::json;

Response get_config(const Request &request, const ConfigSource &source) {
    if (const auto problem = QueryReader(request).finish()) {
        return problem_response(*problem);
    }
    const json config = source.current();
    const std::string tag = entity_tag(config);
    Response response = json_response(config);
    if (is_known(request, tag)) {
        response = {304, {}, {}, {}};
    }
    response.fields.emplace_back("ETag", tag);
    return response;
}

Response change_all(const Request &request, const ConfigSource &source, BodyKind kind) {
    auto body = read_json_body(request, kind);
    if (auto *refused = std::get_if<Response>(&body)) {
        return std::move(*refused);
    }
    const json &content = std::get<json>(body);
    Edit edit;
    edit.before = source.current();
    edit.apply = [&content, kind](json &config) -> std::optional<Problem> {
        if (kind == BodyKind::MergePatch) {
            config.merge_patch(content);
        } else {
            config = content;
        }
        return std::nullopt;
    };
    edit.find = [](const json &config) { return config; };
    return change_config(request, source, edit);
}

/// Where a body is not {"to": "file"}, as a JSON pointer; nothing if it is.
std::optional<std::string> save_fault(const json &body) {
    if (!body.is_object()) {
        return "";
    }
    for (const auto &[name, value] : body.items()) {
        if (name != "to") {
            return (json::json_pointer() / name).to_string();
        }
    }
    return body.value("to", json()) == "file" ? std::nullopt : std::optional<std::string>("/to");
}

Response save(const Request &request, const ConfigSource &source) {
    if (const auto problem = QueryReader(request).finish()) {
        return problem_response(*problem);
    }
    auto body = read_json_body(request, BodyKind::Whole);
    if (auto *refused = std::get_if<Response>(&body)) {
        return std::move(*refused);
    }
    if (const auto fault = save_fault(std::get<json>(body))) {
        return problem_response({422, R"(the body must be {"to": "file"})", {}, *fault});
    }
    if (auto failed = failed_condition(request, entity_tag(source.current()))) {
        return *failed;
    }
    const auto saved = source.save_to_file();
    const auto *problem = std::get_if<Problem>(&saved);
    return problem != nullptr ? problem_response(*problem) : json_response(std::get<json>(saved));
}

} // namespace

void add_config_routes(Router &router, const ConfigSource &source) {
    router.add("GET", "/v1/config",
               [source](const Request &request) { return get_config(request, source); });
    router.add("PUT", "/v1/config", [source](const Request &request) {
        return change_all(request, source, BodyKind::Whole);
    });
    router.add("PATCH", "/v1/config", [source](const Request &request) {
        return change_all(request, source, BodyKind::MergePatch);
    });
    router.add("POST", "/v1/config/save",
               [source](const Request &request) { return save(request, source); });
}

} // namespace sipsteer::api

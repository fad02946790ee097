// SPDX-License-Identifier: Apache-2.0
#include "api/config_routes.hpp"

#include "api/config_change.hpp"
#include "http/entity_tag.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

namespace sipsteer::api {

namespace {

using nlohmann::json;

http::Response get_config(const http::Request &request, ConfigSource &source) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    const json &config = source.current();
    const std::string tag = http::entity_tag(config);
    http::Response response = http::json_response(config);
    if (http::is_known(request, tag)) {
        response = {304, {}, {}, {}};
    }
    response.fields.emplace_back("ETag", tag);
    return response;
}

http::Response change_all(const http::Request &request, ConfigSource &source, http::BodyKind kind) {
    auto body = http::read_json_body(request, kind);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        return std::move(*refused);
    }
    json &content = std::get<json>(body); // it may be large
    Edit edit;
    edit.before = source.current();
    edit.apply = [&content, kind](json &config) -> std::optional<http::Problem> {
        if (kind == http::BodyKind::MergePatch) {
            config.merge_patch(content);
        } else {
            config = std::move(content);
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

http::Response save(const http::Request &request, ConfigSource &source) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        return std::move(*refused);
    }
    if (const auto fault = save_fault(std::get<json>(body))) {
        return http::problem_response({422, R"(the body must be {"to": "file"})", {}, *fault});
    }
    if (auto failed = http::failed_condition(request, http::entity_tag(source.current()))) {
        return *failed;
    }
    const auto saved = source.save_to_file();
    const auto *problem = std::get_if<http::Problem>(&saved);
    return problem != nullptr ? http::problem_response(*problem)
                              : http::json_response(std::get<json>(saved));
}

} // namespace

void add_config_routes(http::Router &router, ConfigSource &source) {
    router.add("GET", "/v1/config",
               [&source](const http::Request &request) { return get_config(request, source); });
    router.add("PUT", "/v1/config", [&source](const http::Request &request) {
        return change_all(request, source, http::BodyKind::Whole);
    });
    router.add("PATCH", "/v1/config", [&source](const http::Request &request) {
        return change_all(request, source, http::BodyKind::MergePatch);
    });
    router.add("POST", "/v1/config/save",
               [&source](const http::Request &request) { return save(request, source); });
}

} // namespace sipsteer::api

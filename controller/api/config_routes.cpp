// SPDX-License-Identifier: Apache-2.0
#include "api/config_routes.hpp"

#include "api/config_change.hpp"
#include "http/entity_tag.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

namespace sipsteer::api {

namespace {

using boost::asio::awaitable;
using nlohmann::json;

http::Response config_answer(const http::Request &request, const json &config) {
    const std::string tag = http::entity_tag(config);
    http::Response response = {304, {}, {}, {}};
    if (!http::is_known(request, tag)) {
        response = http::json_response(config);
    }
    response.fields.emplace_back("ETag", tag);
    return response;
}

awaitable<http::Response> get_config(const http::Request &request, ConfigAccess config) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    std::function<http::Response()> answer = [&request, document = config.source.current()] {
        return config_answer(request, *document);
    };
    co_return co_await config.aside.run(std::move(answer));
}

awaitable<http::Response> change_all(const http::Request &request, ConfigAccess config,
                                     http::BodyKind kind) {
    auto body = http::read_json_body(request, kind);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        co_return std::move(*refused);
    }
    json &content = std::get<json>(body); // it may be large
    Edit edit;
    edit.apply = [&content, kind](json &document) -> std::optional<http::Problem> {
        if (kind == http::BodyKind::MergePatch) {
            document.merge_patch(content);
        } else {
            document = std::move(content);
        }
        return std::nullopt;
    };
    edit.find = [](const json &document) { return document; };
    co_return co_await change_config(request, config, std::move(edit));
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

awaitable<http::Response> save(const http::Request &request, ConfigSource &source) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        co_return std::move(*refused);
    }
    if (const auto fault = save_fault(std::get<json>(body))) {
        co_return http::problem_response({422, R"(the body must be {"to": "file"})", {}, *fault});
    }
    Refuse refuse = [&request](const json &in_force) {
        return http::has_condition(request)
                   ? http::failed_condition(request, http::entity_tag(in_force))
                   : std::nullopt;
    };
    auto outcome = co_await source.save_to_file(std::move(refuse));
    if (auto *refused = std::get_if<http::Response>(&outcome)) {
        co_return std::move(*refused);
    }
    if (const auto *problem = std::get_if<http::Problem>(&outcome)) {
        co_return http::problem_response(*problem);
    }
    co_return http::json_response(std::get<json>(outcome));
}

} // namespace

void add_config_routes(http::Router &router, ConfigAccess config) {
    router.add_waiting("GET", "/v1/config", [config](const http::Request &request) {
        return get_config(request, config);
    });
    router.add_waiting("PUT", "/v1/config", [config](const http::Request &request) {
        return change_all(request, config, http::BodyKind::Whole);
    });
    router.add_waiting("PATCH", "/v1/config", [config](const http::Request &request) {
        return change_all(request, config, http::BodyKind::MergePatch);
    });
    router.add_waiting("POST", "/v1/config/save", [config](const http::Request &request) {
        return save(request, config.source);
    });
}

} // namespace sipsteer::api

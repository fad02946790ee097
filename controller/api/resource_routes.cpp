// SPDX-License-Identifier: Apache-2.0
#include "api/resource_routes.hpp"

#include "api/config_change.hpp"
#include "http/entity_tag.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace sipsteer::api {

namespace {

using boost::asio::awaitable;
using nlohmann::json;
using Captured = std::map<std::string, std::string>;

/// Things that are a list in the configuration and have names.
struct Kind {
    std::string word;   // "server": what its name is captured as
    std::string plural; // "servers": its list in the configuration
    std::string path;   // of the list
    bool in_pool;
    json (*status)(const ResourceStatus &, const Captured &);
};

struct Context {
    Kind kind;
    ConfigAccess config;
    TakeStatus status;
};
using Shared = std::shared_ptr<const Context>;

/// The element of that name; null if there is none.
template <typename Json>
Json *find_named(Json &list, const std::string &name) {
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const json &thing) { return thing["name"] == name; });
    return found == list.end() ? nullptr : &*found;
}

/// The list; null if it is that of a pool that is not there.
template <typename Json>
Json *find_list(const Kind &kind, Json &config, const Captured &captured) {
    Json *of = &config;
    if (kind.in_pool) {
        of = find_named(config.at("pools"), captured.at("pool"));
    }
    return of == nullptr ? nullptr : &of->at(kind.plural);
}

/// The thing as it is in `config`; null if it is not there.
json find_thing(const Kind &kind, const json &config, const Captured &captured) {
    const json *list = find_list(kind, config, captured);
    const json *thing = list == nullptr ? nullptr : find_named(*list, captured.at(kind.word));
    return thing == nullptr ? json() : *thing;
}

http::Response none_such(const http::Request &request) {
    return http::problem_response({404, "there is no " + request.target.path, {}, {}});
}

/// Where errors about the body point to: the thing's place in the configuration.
std::string pointer_of(const Kind &kind, const json &config, const Captured &captured) {
    const auto place = [](const json &list, const std::string &name) {
        const auto found = std::find_if(list.begin(), list.end(),
                                        [&](const json &thing) { return thing["name"] == name; });
        return "/" + std::to_string(found - list.begin()); // the end: where it would be added
    };
    std::string pointer;
    if (kind.in_pool) {
        pointer = "/pools" + place(config.at("pools"), captured.at("pool"));
    }
    const json &list = *find_list(kind, config, captured);
    return pointer + "/" + kind.plural + place(list, captured.at(kind.word));
}

json with_status(const Kind &kind, const ResourceStatus &status, json thing, Captured captured) {
    captured[kind.word] = thing["name"];
    thing["status"] = kind.status(status, captured);
    return thing;
}

http::Response list_answer(const Context &context, const http::Request &request, const json &config,
                           const ResourceStatus &status) {
    const json *list = find_list(context.kind, config, request.captured);
    if (list == nullptr) {
        return none_such(request);
    }
    json answer = json::array();
    for (const json &thing : *list) {
        answer.push_back(with_status(context.kind, status, thing, request.captured));
    }
    return http::json_response({{context.kind.plural, std::move(answer)}});
}

http::Response one_answer(const Context &context, const http::Request &request, const json &config,
                          const ResourceStatus &status) {
    const json thing = find_thing(context.kind, config, request.captured);
    if (thing.is_null()) {
        return none_such(request);
    }
    http::Response response =
        http::json_response(with_status(context.kind, status, thing, request.captured));
    response.fields.emplace_back("ETag", http::entity_tag(thing));
    return response;
}

using Answer = http::Response (*)(const Context &, const http::Request &, const json &config,
                                  const ResourceStatus &);

awaitable<http::Response> get(const Context &context, const http::Request &request, Answer answer) {
    if (const auto problem = http::QueryReader(request).finish()) {
        co_return http::problem_response(*problem);
    }
    std::function<http::Response()> work = [&, answer, config = context.config.source.current(),
                                            status = context.status()] {
        return answer(context, request, *config, *status());
    };
    co_return co_await context.config.aside.run(std::move(work));
}

awaitable<http::Response> get_list(const Context &context, const http::Request &request) {
    return get(context, request, list_answer);
}

awaitable<http::Response> get_one(const Context &context, const http::Request &request) {
    return get(context, request, one_answer);
}

/// Puts `thing` in the place of the one of that name, or behind the others.
std::optional<http::Problem> put(const Kind &kind, json &config, const Captured &captured,
                                 json thing) {
    const std::string pointer = pointer_of(kind, config, captured);
    http::Problem problem{422, "the " + kind.word + " is not valid", {}, {}};
    if (!thing.is_object()) {
        problem.errors.push_back({pointer, "expected an object"});
        return problem;
    }
    const std::string &name = captured.at(kind.word);
    if (thing.contains("name") && thing["name"] != name) {
        problem.errors.push_back(
            {pointer + "/name",
             "the name in the path is " + json(name).dump() + "; a name cannot change"});
        return problem;
    }
    thing["name"] = name;
    json &list = *find_list(kind, config, captured);
    json *old = find_named(list, name);
    if (old != nullptr) {
        *old = std::move(thing);
    } else {
        list.push_back(std::move(thing));
    }
    return std::nullopt;
}

/// An edit of the thing of that name; what is done is to be filled in.
Edit edit_of(const Context &context, const Captured &captured) {
    Edit edit;
    edit.find = [&context, captured](const json &config) {
        return find_thing(context.kind, config, captured);
    };
    return edit;
}

/// Answers 404 if the thing is not there.
Refuse needs_thing(const Context &context, const http::Request &request) {
    return [&](const json &config) -> std::optional<http::Response> {
        const json *list = find_list(context.kind, config, request.captured);
        const bool there =
            list != nullptr && find_named(*list, request.captured.at(context.kind.word)) != nullptr;
        return there ? std::nullopt : std::optional(none_such(request));
    };
}

/// Answers 404 if the thing's pool is not there.
std::optional<http::Response>
refuse_without_list(const Context &context, const http::Request &request, const json &config) {
    const bool there = find_list(context.kind, config, request.captured) != nullptr;
    return there ? std::nullopt : std::optional(none_such(request));
}

awaitable<http::Response> put_one(const Context &context, const http::Request &request) {
    auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        co_return std::move(*refused);
    }
    json &thing = std::get<json>(body);
    if (thing.is_object()) {
        thing.erase("status"); // what GET answered may be sent back
    }
    Edit edit = edit_of(context, request.captured);
    edit.refuse = [&](const json &config) { return refuse_without_list(context, request, config); };
    edit.apply = [&](json &config) { // the body may be large
        return put(context.kind, config, request.captured, std::move(thing));
    };
    co_return co_await change_config(request, context.config, std::move(edit));
}

http::Response no_name(const Context &context, const json &thing) {
    return http::problem_response(
        {422,
         "the body must be an object with the name of the " + context.kind.word,
         {},
         thing.is_object() ? "/name" : ""});
}

http::Response there_already(const Context &context, const std::string &name) {
    return http::problem_response(
        {409, "there is a " + context.kind.word + " " + json(name).dump() + " already", {}, {}});
}

awaitable<http::Response> post_one(const Context &context, const http::Request &request) {
    auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        co_return std::move(*refused);
    }
    json &thing = std::get<json>(body);
    const bool named = thing.is_object() && thing.contains("name") && thing["name"].is_string();
    const std::string name = named ? thing["name"].get<std::string>() : std::string();
    Captured captured = request.captured;
    captured[context.kind.word] = name;
    Edit edit = edit_of(context, captured);
    edit.refuse = [&](const json &config) -> std::optional<http::Response> {
        if (auto refused = refuse_without_list(context, request, config)) {
            return refused;
        }
        if (!named) {
            return no_name(context, thing);
        }
        const bool there = !find_thing(context.kind, config, captured).is_null();
        return there ? std::optional(there_already(context, name)) : std::nullopt;
    };
    edit.apply = [&](json &config) {
        return put(context.kind, config, captured, std::move(thing));
    };
    http::Response response = co_await change_config(request, context.config, std::move(edit));
    if (response.status == 201) {
        response.fields.emplace_back("Location", request.target.path + "/" + name);
    }
    co_return response;
}

awaitable<http::Response> patch_one(const Context &context, const http::Request &request) {
    auto body = http::read_json_body(request, http::BodyKind::MergePatch);
    if (auto *refused = std::get_if<http::Response>(&body)) {
        co_return std::move(*refused);
    }
    Edit edit = edit_of(context, request.captured);
    edit.refuse = needs_thing(context, request);
    edit.apply = [&](json &config) {
        json thing = find_thing(context.kind, config, request.captured);
        thing.merge_patch(std::get<json>(body));
        return put(context.kind, config, request.captured, std::move(thing));
    };
    co_return co_await change_config(request, context.config, std::move(edit));
}

awaitable<http::Response> delete_one(const Context &context, const http::Request &request) {
    Edit edit = edit_of(context, request.captured);
    edit.refuse = needs_thing(context, request);
    edit.apply = [&](json &config) -> std::optional<http::Problem> {
        json &list = *find_list(context.kind, config, request.captured);
        const json *thing = find_named(list, request.captured.at(context.kind.word));
        list.erase(static_cast<std::size_t>(thing - &list.front()));
        return std::nullopt;
    };
    co_return co_await change_config(request, context.config, std::move(edit));
}

void add_kind(http::Router &router, const Shared &context) {
    using Serve = awaitable<http::Response> (*)(const Context &, const http::Request &);
    const auto add = [&](const char *method, const std::string &path, Serve serve) {
        router.add_waiting(method, path, [context, serve](const http::Request &request) {
            return serve(*context, request);
        });
    };
    const std::string &list = context->kind.path;
    const std::string one = list + "/{" + context->kind.word + "}";
    add("GET", list, get_list);
    add("POST", list, post_one);
    add("GET", one, get_one);
    add("PUT", one, put_one);
    add("PATCH", one, patch_one);
    add("DELETE", one, delete_one);
}

} // namespace

void add_resource_routes(http::Router &router, ConfigAccess config, const TakeStatus &status) {
    const auto of_service = [](const ResourceStatus &all, const Captured &names) {
        return all.service(names.at("service"));
    };
    const auto of_pool = [](const ResourceStatus &all, const Captured &names) {
        return all.pool(names.at("pool"));
    };
    const auto of_server = [](const ResourceStatus &all, const Captured &names) {
        return all.server(names.at("pool"), names.at("server"));
    };
    const auto add = [&](const Kind &kind) {
        add_kind(router, std::make_shared<const Context>(Context{kind, config, status}));
    };
    add({"service", "services", "/v1/services", false, of_service});
    add({"pool", "pools", "/v1/pools", false, of_pool});
    add({"server", "servers", "/v1/pools/{pool}/servers", true, of_server});
}

} // namespace sipsteer::api

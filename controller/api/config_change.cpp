// SPDX-License-Identifier: Apache-2.0
#include "api/config_change.hpp"

#include "api/change_text.hpp"
#include "http/entity_tag.hpp"
#include "http/query.hpp"

#include <utility>

namespace sipsteer::api {

namespace {

using nlohmann::json;

std::string tag_of(const json &resource) {
    return resource.is_null() ? "" : http::entity_tag(resource);
}

/// That a thing cannot be removed because others name it is no fault of the request.
http::Response refused(const http::Request &request, http::Problem problem) {
    if (request.method == "DELETE" && problem.status == 422) {
        problem.status = 409;
        problem.detail = "another part of the configuration uses it";
    }
    return http::problem_response(problem);
}

/// What change_config() hands on from one thread to the other.
struct Editing {
    const http::Request &request;
    Edit edit;
    bool dry_run = false;
    json before = {}; // the resource

    std::variant<json, http::Response> propose(const json &in_force) {
        before = edit.find(in_force);
        if (edit.refuse) {
            if (auto answer = edit.refuse(in_force)) {
                return std::move(*answer);
            }
        }
        if (http::has_condition(request)) { // of a large farm a tag takes its time
            if (auto failed = http::failed_condition(request, tag_of(before))) {
                return std::move(*failed);
            }
        }
        json next = in_force;
        if (const auto problem = edit.apply(next)) {
            return http::problem_response(*problem);
        }
        return next;
    }

    http::Response answer(Changed &changed) const {
        json &report = changed.report;
        report["dry_run"] = dry_run;
        const json after = edit.find(*changed.in_force);
        const std::string tag = tag_of(after);
        report["etag"] = tag.empty() ? json() : json(tag);
        const bool created = before.is_null() && !dry_run;
        http::Response response = http::json_response(report, created ? 201 : 200);
        response.changes = !dry_run && report["changed"] == true;
        response.change = change_text(before, after);
        if (request.method == "PATCH" && !tag.empty()) { // not for PUT: RFC 9110, 9.3.4
            response.fields.emplace_back("ETag", tag);
        }
        return response;
    }
};

Author author_of(const http::Request &request) {
    return {request.who, request.from, request.method + ' ' + request.target.path};
}

boost::asio::awaitable<http::Response> make_change(const http::Request &request,
                                                   ConfigAccess config, Edit edit) {
    http::QueryReader query(request);
    Editing editing{request, std::move(edit), query.flag("dry_run")};
    if (const auto problem = query.finish()) {
        co_return http::problem_response(*problem);
    }
    Propose propose = [&editing](const json &in_force) { return editing.propose(in_force); };
    const auto mode = editing.dry_run ? ChangeMode::DryRun : ChangeMode::InForce;
    Author author = author_of(request);
    auto outcome = co_await config.source.change(std::move(propose), mode, std::move(author));
    if (const auto *problem = std::get_if<http::Problem>(&outcome)) {
        co_return refused(request, *problem);
    }
    if (auto *refusal = std::get_if<http::Response>(&outcome)) {
        co_return std::move(*refusal);
    }
    std::function<http::Response()> answer = [&] {
        return editing.answer(std::get<Changed>(outcome));
    };
    co_return co_await config.aside.run(std::move(answer));
}

} // namespace

boost::asio::awaitable<http::Response> change_config(const http::Request &request,
                                                     ConfigAccess config, Edit edit) {
    return make_change(request, config, std::move(edit));
}

} // namespace sipsteer::api

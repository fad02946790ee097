// SPDX-License-Identifier: Apache-2.0
#include "api/config_change.hpp"

#include "api/change_text.hpp"
#include "http/entity_tag.hpp"
#include "http/query.hpp"

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

} // namespace

http::Response change_config(const http::Request &request, ConfigSource &source, const Edit &edit) {
    http::QueryReader query(request);
    const bool dry_run = query.flag("dry_run");
    if (const auto problem = query.finish()) {
        return http::problem_response(*problem);
    }
    if (http::has_condition(request)) { // of a large farm a tag takes its time
        if (auto failed = http::failed_condition(request, tag_of(edit.before))) {
            return *failed;
        }
    }
    json next = source.current();
    if (const auto problem = edit.apply(next)) {
        return http::problem_response(*problem);
    }
    const auto changed = source.change(next, dry_run ? ChangeMode::DryRun : ChangeMode::InForce);
    if (const auto *problem = std::get_if<http::Problem>(&changed)) {
        return refused(request, *problem);
    }
    json report = std::get<json>(changed);
    report["dry_run"] = dry_run;
    const json after = edit.find(source.current());
    const std::string tag = tag_of(after);
    report["etag"] = tag.empty() ? json() : json(tag);
    const bool created = edit.before.is_null() && !dry_run;
    http::Response response = http::json_response(report, created ? 201 : 200);
    response.changes = !dry_run && report["changed"] == true;
    response.change = change_text(edit.before, after);
    if (request.method == "PATCH" && !tag.empty()) { // not for PUT: RFC 9110, 9.3.4
        response.fields.emplace_back("ETag", tag);
    }
    return response;
}

} // namespace sipsteer::api

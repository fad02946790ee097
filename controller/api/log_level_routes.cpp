// SPDX-License-Identifier: Apache-2.0
#include "api/log_level_routes.hpp"

#include "api/entity_tag.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"

namespace sipsteer::api {

namespace {

using nlohmann::json;

json state(const LogLevel &level) {
    return {{"log_level", level.in_force()}, {"configured", level.configured()}};
}

Response answer(const LogLevel &level) {
    const json body = state(level);
    Response response = json_response(body);
    response.fields.emplace_back("ETag", entity_tag(body));
    return response;
}

Response get_level(const Request &request, const LogLevel &level) {
    const auto problem = QueryReader(request).finish();
    return problem ? problem_response(*problem) : answer(level);
}

Response put_level(const Request &request, const LogLevel &level) {
    if (const auto problem = QueryReader(request).finish()) {
        return problem_response(*problem);
    }
    const auto body = read_json_body(request, BodyKind::Whole);
    if (const auto *refused = std::get_if<Response>(&body)) {
        return *refused;
    }
    if (auto failed = failed_condition(request, entity_tag(state(level)))) {
        return *failed;
    }
    const json &wanted = std::get<json>(body);
    const bool good = wanted.is_object() && wanted.size() == 1 && wanted.contains("log_level") &&
                      wanted["log_level"].is_string() && level.set(wanted["log_level"]);
    if (!good) {
        return problem_response({422,
                                 R"(the body must be {"log_level": LEVEL}, LEVEL being "trace", )"
                                 R"("debug", "info", "warning" or "error")",
                                 {},
                                 "/log_level"});
    }
    return answer(level);
}

} // namespace

void add_log_level_routes(Router &router, const LogLevel &level) {
    router.add("GET", "/v1/log_level",
               [level](const Request &request) { return get_level(request, level); });
    router.add("PUT", "/v1/log_level",
               [level](const Request &request) { return put_level(request, level); });
}

} // namespace sipsteer::api

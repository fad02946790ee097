// SPDX-License-Identifier: Apache-2.0
#include "api/log_level_routes.hpp"

#include "api/change_text.hpp"
#include "base/log.hpp"
#include "config/choices.hpp"
#include "http/entity_tag.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

namespace sipsteer::api {

namespace {

using nlohmann::json;

using Configured = std::function<std::string()>;

json state(const Configured &configured) {
    return {{"log_level", std::string(log::level())}, {"configured", configured()}};
}

http::Response answer(const Configured &configured) {
    const json body = state(configured);
    http::Response response = http::json_response(body);
    response.fields.emplace_back("ETag", http::entity_tag(body));
    return response;
}

http::Response get_level(const http::Request &request, const Configured &configured) {
    const auto problem = http::QueryReader(request).finish();
    return problem ? http::problem_response(*problem) : answer(configured);
}

/// `"trace", ... or "error"`
std::string level_words() {
    const auto levels = config::words<config::LogLevel>();
    std::string text;
    for (std::size_t i = 0; i < levels.size(); i++) {
        text += (i == 0 ? "" : i + 1 == levels.size() ? " or " : ", ") + ('"' + levels[i] + '"');
    }
    return text;
}

http::Response put_level(const http::Request &request, const Configured &configured) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    const auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (const auto *refused = std::get_if<http::Response>(&body)) {
        return *refused;
    }
    if (auto failed = http::failed_condition(request, http::entity_tag(state(configured)))) {
        return *failed;
    }
    const json &wanted = std::get<json>(body);
    const std::string before(log::level());
    const bool good = wanted.is_object() && wanted.size() == 1 && wanted.contains("log_level") &&
                      wanted["log_level"].is_string() &&
                      log::set_level(wanted["log_level"].get<std::string>()).ok();
    if (!good) {
        return http::problem_response(
            {422,
             R"(the body must be {"log_level": LEVEL}, LEVEL being )" + level_words(),
             {},
             "/log_level"});
    }
    http::Response response = answer(configured);
    response.change =
        change_text({{"log_level", before}}, {{"log_level", std::string(log::level())}});
    return response;
}

} // namespace

void add_log_level_routes(http::Router &router, const std::function<std::string()> &configured) {
    router.add("GET", "/v1/log_level", [configured](const http::Request &request) {
        return get_level(request, configured);
    });
    router.add("PUT", "/v1/log_level", [configured](const http::Request &request) {
        return put_level(request, configured);
    });
}

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#include "api/ban_routes.hpp"

#include "api/change_text.hpp"
#include "config/duration.hpp"
#include "config/guard_rules.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sipsteer::api {

namespace {

using http::Problem;
using nlohmann::json;

constexpr std::size_t kLongestComment = 200; // bytes
constexpr std::chrono::milliseconds kShortestBan = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kLongestBan = std::chrono::hours(87'600); // ten years

constexpr std::array kBanFields{"prefix", "for", "service", "comment"};

http::Response ban_response(const AnswerOrProblem &result) {
    if (const auto *problem = std::get_if<Problem>(&result)) {
        return http::problem_response(*problem);
    }
    const auto &answer = std::get<Answer>(result);
    return http::json_response(answer.body, answer.status);
}

Problem wrong_ban_field(const std::string &field, const std::string &what) {
    return {422, field + ": " + what, {}, "/" + field};
}

/// Puts a text field of the body into `out`, if it is there; or says that it is none.
std::optional<Problem> take_ban_text(const json &body, const char *field, std::string &out) {
    const auto found = body.find(field);
    if (found == body.end()) {
        return std::nullopt;
    }
    if (!found->is_string()) {
        return wrong_ban_field(field, "not a string");
    }
    out = found->get<std::string>();
    return std::nullopt;
}

std::optional<Problem> check_ban_fields(const json &body) {
    if (!body.is_object()) {
        return Problem{422, "the body is not a JSON object", {}, {}};
    }
    for (const auto &item : body.items()) {
        if (std::find(kBanFields.begin(), kBanFields.end(), item.key()) == kBanFields.end()) {
            return wrong_ban_field(item.key(), "unknown field");
        }
    }
    return body.contains("prefix") ? std::nullopt
                                   : std::optional(wrong_ban_field("prefix", "missing"));
}

std::optional<Problem> take_ban_time(const json &body, BanWish &wish) {
    std::string text;
    if (auto problem = take_ban_text(body, "for", text); problem || text.empty()) {
        return problem;
    }
    wish.time = config::parse_duration(text);
    if (!wish.time || *wish.time < kShortestBan || *wish.time > kLongestBan) {
        return wrong_ban_field("for", json(text).dump() + " is not a duration from 1s to 87600h");
    }
    return std::nullopt;
}

std::variant<BanWish, Problem> read_ban_wish(const json &body, const http::Request &request) {
    if (auto problem = check_ban_fields(body)) {
        return *problem;
    }
    BanWish wish;
    wish.by = request.who;
    wish.from = request.from;
    std::string prefix;
    for (const auto &[field, out] :
         {std::pair("prefix", &prefix), std::pair("service", &wish.service),
          std::pair("comment", &wish.comment)}) {
        if (auto problem = take_ban_text(body, field, *out)) {
            return *problem;
        }
    }
    if (const auto problem = config::read_prefix(prefix, wish.prefix); !problem.empty()) {
        return wrong_ban_field("prefix", json(prefix).dump() + ' ' + problem);
    }
    if (wish.comment.size() > kLongestComment) {
        return wrong_ban_field("comment",
                               "longer than " + std::to_string(kLongestComment) + " bytes");
    }
    if (auto problem = take_ban_time(body, wish)) {
        return *problem;
    }
    return wish;
}

http::Response post_ban(GuardOperations &guard, const http::Request &request) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    const auto body = http::read_json_body(request, http::BodyKind::Whole);
    if (const auto *refused = std::get_if<http::Response>(&body)) {
        return *refused;
    }
    const auto wish = read_ban_wish(std::get<json>(body), request);
    if (const auto *problem = std::get_if<Problem>(&wish)) {
        return http::problem_response(*problem);
    }
    const auto result = guard.ban(std::get<BanWish>(wish));
    http::Response response = ban_response(result);
    if (const auto *answer = std::get_if<Answer>(&result)) {
        response.change = change_text(
            json::object(), {{"ban", answer->body["prefix"]}, {"until", answer->body["until"]}});
    }
    return response;
}

http::Response delete_ban(GuardOperations &guard, const http::Request &request) {
    http::QueryReader reader(request);
    LiftWish wish;
    wish.service = reader.text("service").value_or("");
    wish.by = request.who;
    wish.from = request.from;
    if (const auto problem = reader.finish()) {
        return http::problem_response(*problem);
    }
    const auto &text = request.captured.at("prefix");
    if (const auto problem = config::read_prefix(text, wish.prefix); !problem.empty()) {
        return http::problem_response({400, json(text).dump() + ' ' + problem, {}, {}});
    }
    const auto result = guard.lift(wish);
    http::Response response = ban_response(result);
    if (const auto *answer = std::get_if<Answer>(&result)) {
        response.change = change_text({{"ban", answer->body["prefix"]}}, json::object());
    }
    return response;
}

using Lister = AnswerOrProblem (GuardOperations::*)(const PageQuery &) const;

http::Router::Handler for_guard_page(GuardOperations &guard, Lister lister) {
    return [&guard, lister](const http::Request &request) {
        http::QueryReader reader(request);
        PageQuery query;
        query.limit = reader.number("limit", 1, 1000, query.limit);
        query.after = reader.text("after").value_or("");
        if (const auto problem = reader.finish()) {
            return http::problem_response(*problem);
        }
        return ban_response((guard.*lister)(query));
    };
}

} // namespace

void add_ban_routes(http::Router &router, GuardOperations &guard) {
    router.add("GET", "/v1/bans", for_guard_page(guard, &GuardOperations::list_bans));
    router.add("POST", "/v1/bans",
               [&guard](const http::Request &request) { return post_ban(guard, request); });
    router.add("DELETE", "/v1/bans/{prefix}",
               [&guard](const http::Request &request) { return delete_ban(guard, request); });
    router.add("GET", "/v1/guard", for_guard_page(guard, &GuardOperations::list_guard));
}

} // namespace sipsteer::api

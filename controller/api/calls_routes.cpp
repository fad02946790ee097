// SPDX-License-Identifier: Apache-2.0
#include "api/calls_routes.hpp"

#include "api/change_text.hpp"
#include "http/json_body.hpp"
#include "http/query.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>

namespace sipsteer::api {

namespace {

constexpr std::size_t kLargestDatagram = 65'527; // UDP: its length has 16 bits, 8 bytes are header
constexpr const char *kCaptureTypes[] = {"application/vnd.tcpdump.pcap", "application/x-pcapng"};
constexpr std::uint64_t kLongestTime = 1'000'000; // seconds: more than the table can tell

http::Response to_response(const AnswerOrProblem &result) {
    if (const auto *problem = std::get_if<http::Problem>(&result)) {
        return http::problem_response(*problem);
    }
    const auto &answer = std::get<Answer>(result);
    return http::json_response(answer.body, answer.status);
}

http::Response list(CallOperations &calls, const http::Request &request) {
    http::QueryReader reader(request);
    CallsQuery query;
    query.pool = reader.text("pool");
    query.server = reader.text("server");
    query.state = reader.text("state");
    query.older_than = reader.number_if_any("older_than", 0, kLongestTime);
    query.idle_longer_than = reader.number_if_any("idle_longer_than", 0, kLongestTime);
    query.limit = reader.number("limit", 1, 1000, query.limit);
    query.after = reader.number("after", 0, std::numeric_limits<std::int64_t>::max(), query.after);
    if (const auto problem = reader.finish()) {
        return http::problem_response(*problem);
    }
    return to_response(calls.list(query));
}

/// The answer to a change of calls that is meant for them as they were: what the table knows of a
/// call changes with each of its messages, so that it has no entity tag to compare.
std::optional<http::Response> refuse_condition(const http::Request &request) {
    if (request.method == "GET" || request.method == "HEAD" || !request.fields.get("If-Match")) {
        return std::nullopt;
    }
    return http::problem_response(
        {412,
         "calls have no entity tags, because they change with each message; remove If-Match",
         {},
         {}});
}

using CallHandler = std::function<http::Response(const CallQuery &, const http::Request &)>;

/// A handler of a route with {call-id} in it.
http::Router::Handler for_call(CallHandler handler) {
    return [handler = std::move(handler)](const http::Request &request) {
        http::QueryReader reader(request);
        CallQuery query;
        query.call_id = request.captured.at("call-id");
        query.pool = reader.text("pool");
        query.to_user = reader.text("to_user");
        query.via = reader.text("via");
        query.source = reader.text("source");
        if (const auto problem = reader.finish()) {
            return http::problem_response(*problem);
        }
        if (auto refused = refuse_condition(request)) {
            return *refused;
        }
        return handler(query, request);
    };
}

/// The object that a body may hold, with this field and no other; nothing: there may be none. An
/// empty body is an empty object.
std::variant<nlohmann::json, http::Response> read_object(const http::Request &request,
                                                         const std::optional<std::string> &known) {
    if (request.body.empty()) {
        return nlohmann::json::object();
    }
    auto body = http::read_json_body(request, http::BodyKind::Whole);
    const auto *object = std::get_if<nlohmann::json>(&body);
    if (object == nullptr) {
        return body;
    }
    if (!object->is_object()) {
        return http::problem_response({400, "the body is not a JSON object", {}, {}});
    }
    for (const auto &item : object->items()) {
        if (item.key() != known) {
            const auto pointer = nlohmann::json::json_pointer() / item.key();
            return http::problem_response({400,
                                           "unknown field " + nlohmann::json(item.key()).dump() +
                                               "; known fields: " + known.value_or("none"),
                                           {},
                                           pointer.to_string()});
        }
    }
    return body;
}

http::Response rehome(CallOperations &calls, const CallQuery &query, const http::Request &request) {
    const auto body = read_object(request, "server");
    if (const auto *refused = std::get_if<http::Response>(&body)) {
        return *refused;
    }
    std::optional<std::string> server;
    const auto &object = std::get<nlohmann::json>(body);
    if (const auto given = object.find("server"); given != object.end()) {
        if (!given->is_string()) {
            return http::problem_response({400, "server: not a string", {}, "/server"});
        }
        server = given->get<std::string>();
    }
    const auto result = calls.rehome(query, server);
    http::Response response = to_response(result);
    if (const auto *answer = std::get_if<Answer>(&result)) {
        const auto moved = answer->body.value("rehomed", nlohmann::json::object());
        response.change = change_text({{"server", moved.value("from", nlohmann::json())}},
                                      {{"server", moved.value("server", nlohmann::json())}});
    }
    return response;
}

using ServerHandler = std::function<AnswerOrProblem(const std::string &, const std::string &)>;

/// A handler of a route with {pool} and {server} in it.
http::Router::Handler for_server(ServerHandler handler) {
    return [handler = std::move(handler)](const http::Request &request) {
        if (const auto problem = http::QueryReader(request).finish()) {
            return http::problem_response(*problem);
        }
        if (auto refused = refuse_condition(request)) {
            return *refused;
        }
        if (const auto body = read_object(request, std::nullopt);
            std::holds_alternative<http::Response>(body)) {
            return std::get<http::Response>(body);
        }
        return to_response(handler(request.captured.at("pool"), request.captured.at("server")));
    };
}

bool is_capture(const http::Request &request) {
    const std::string type = request.fields.get("Content-Type").value_or("");
    return std::any_of(std::begin(kCaptureTypes), std::end(kCaptureTypes), [&](const char *one) {
        return boost::beast::iequals(std::string_view(type).substr(0, type.find(';')), one);
    });
}

http::Response explain_capture(CallOperations &calls, const http::Request &request) {
    http::QueryReader reader(request);
    CaptureQuery query;
    query.file = request.body;
    query.service = reader.text("service");
    query.limit = reader.number("limit", 1, 1000, query.limit);
    if (const auto problem = reader.finish()) {
        return http::problem_response(*problem);
    }
    return to_response(calls.explain_capture(query));
}

http::Response explain(CallOperations &calls, const http::Request &request) {
    if (is_capture(request)) {
        return explain_capture(calls, request);
    }
    http::QueryReader reader(request);
    ExplainQuery query;
    query.payload = request.body;
    query.service = reader.text("service");
    query.source = reader.text("source");
    if (const auto problem = reader.finish()) {
        return http::problem_response(*problem);
    }
    if (request.body.size() > kLargestDatagram) {
        return http::problem_response({413,
                                       "the body exceeds the " + std::to_string(kLargestDatagram) +
                                           " bytes of a UDP datagram",
                                       {},
                                       {}});
    }
    return to_response(calls.explain(query));
}

} // namespace

void add_calls_routes(http::Router &router, CallOperations &calls) {
    router.add("GET", "/v1/calls",
               [&calls](const http::Request &request) { return list(calls, request); });
    router.add("GET", "/v1/calls/{call-id}",
               for_call([&calls](const CallQuery &query, const http::Request &) {
                   return to_response(calls.show(query));
               }));
    router.add("DELETE", "/v1/calls/{call-id}",
               for_call([&calls](const CallQuery &query, const http::Request &) {
                   return to_response(calls.remove(query));
               }));
    router.add("POST", "/v1/calls/{call-id}/rehome",
               for_call([&calls](const CallQuery &query, const http::Request &request) {
                   return rehome(calls, query, request);
               }));
    router.add("POST", "/v1/pools/{pool}/servers/{server}/rehome",
               for_server([&calls](const auto &pool, const auto &server) {
                   return calls.rehome_server(pool, server);
               }));
    router.add("GET", "/v1/pools/{pool}/servers/{server}/rehome",
               for_server([&calls](const auto &pool, const auto &server) {
                   return calls.rehome_progress(pool, server);
               }));
    router.add("POST", "/v1/explain",
               [&calls](const http::Request &request) { return explain(calls, request); });
}

} // namespace sipsteer::api

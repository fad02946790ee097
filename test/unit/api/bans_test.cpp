// SPDX-License-Identifier: Apache-2.0
//
// The routes about bans and the guard, over a real socket.
#include "api_client.hpp"

#include "api/ban_routes.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

/// Operations that say what they were asked for.
class GuardEcho final : public GuardOperations {
public:
    AnswerOrProblem ban(const BanWish &wish) override {
        return Answer{201,
                      {{"prefix", wish.prefix.to_string()},
                       {"service", wish.service},
                       {"comment", wish.comment},
                       {"until", wish.time ? json(wish.time->count()) : json(nullptr)}}};
    }
    AnswerOrProblem lift(const LiftWish &wish) override {
        if (wish.service == "none") {
            return Problem{404, "there is no ban", {}, {}};
        }
        return Answer{200, {{"prefix", wish.prefix.to_string()}, {"service", wish.service}}};
    }
    AnswerOrProblem list_bans(const PageQuery &query) const override {
        return Answer{200, {{"limit", query.limit}, {"after", query.after}}};
    }
    AnswerOrProblem list_guard(const PageQuery &query) const override {
        return Answer{200, {{"guard", query.limit}}};
    }
};

HttpAnswer ask_guard(const std::string &method, const std::string &target,
                     const std::string &body = {}) {
    GuardEcho echo;
    Router router;
    add_ban_routes(router, echo);
    const Running server(std::move(router));
    Client client(server.path());
    client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\nContent-Type: application/json\r\n\r\n" + body);
    return client.receive();
}

json guard_body(const HttpAnswer &answer, unsigned status) {
    CHECK(answer.result_int() == status);
    return json::parse(answer.body());
}

} // namespace

TEST_CASE("a ban's prefix, time, service and comment") {
    CHECK(guard_body(ask_guard("POST", "/v1/bans", R"({"prefix": "203.0.113.0/24", "for": "1h",
              "service": "trunks", "comment": "scans"})"),
                     201) == json::parse(R"({"prefix": "203.0.113.0/24", "until": 3600000,
              "service": "trunks", "comment": "scans"})"));
    CHECK(guard_body(ask_guard("POST", "/v1/bans", R"({"prefix": "2001:db8::7"})"), 201) ==
          json::parse(R"({"prefix": "2001:db8::7", "until": null, "service": "", "comment": ""})"));
}

TEST_CASE("a wrong ban is refused, and the answer names the field") {
    for (const auto &[body, pointer] :
         {std::pair{R"({})", "/prefix"}, std::pair{R"({"prefix": "203.0.113.7/24"})", "/prefix"},
          std::pair{R"({"prefix": 7})", "/prefix"}, std::pair{R"({"prefix": "any"})", "/prefix"},
          std::pair{R"({"prefix": "203.0.113.7", "for": "0s"})", "/for"},
          std::pair{R"({"prefix": "203.0.113.7", "for": "87601h"})", "/for"},
          std::pair{R"({"prefix": "203.0.113.7", "for": 60})", "/for"},
          std::pair{R"({"prefix": "203.0.113.7", "time": "1h"})", "/time"}}) {
        INFO(body);
        CHECK(guard_body(ask_guard("POST", "/v1/bans", body), 422)["pointer"] == pointer);
    }
    const json long_one = {{"prefix", "203.0.113.7"}, {"comment", std::string(201, 'x')}};
    CHECK(guard_body(ask_guard("POST", "/v1/bans", long_one.dump()), 422)["pointer"] == "/comment");
    CHECK(ask_guard("POST", "/v1/bans", "[]").result_int() == 422);
    CHECK(ask_guard("POST", "/v1/bans", "{").result_int() == 400);
    CHECK(ask_guard("POST", "/v1/bans?x=1", "{}").result_int() == 400);
}

TEST_CASE("a ban is lifted by its prefix and service") {
    CHECK(guard_body(ask_guard("DELETE", "/v1/bans/203.0.113.0%2F24"), 200) ==
          json::parse(R"({"prefix": "203.0.113.0/24", "service": ""})"));
    CHECK(guard_body(ask_guard("DELETE", "/v1/bans/2001:db8::7?service=trunks"), 200) ==
          json::parse(R"({"prefix": "2001:db8::7", "service": "trunks"})"));
    CHECK(ask_guard("DELETE", "/v1/bans/203.0.113.7?service=none").result_int() == 404);
    CHECK(ask_guard("DELETE", "/v1/bans/all").result_int() == 400);
    CHECK(ask_guard("DELETE", "/v1/bans").result_int() == 405);
}

TEST_CASE("the lists of bans and of the guard have pages") {
    CHECK(guard_body(ask_guard("GET", "/v1/bans"), 200) ==
          json::parse(R"({"limit": 100, "after": ""})"));
    CHECK(guard_body(ask_guard("GET", "/v1/bans?limit=7&after=,203.0.113.7"), 200) ==
          json::parse(R"({"limit": 7, "after": ",203.0.113.7"})"));
    CHECK(guard_body(ask_guard("GET", "/v1/guard?limit=1000"), 200)["guard"] == 1000);
    CHECK(ask_guard("GET", "/v1/guard?limit=1001").result_int() == 400);
}

// SPDX-License-Identifier: Apache-2.0
//
// The routes about calls, over a real socket.
#include "api_client.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

json text_or_null(const std::optional<std::string> &text) {
    return text ? json(*text) : json(nullptr);
}

/// Operations that say what they were asked for.
class Echo final : public CallOperations {
public:
    AnswerOrProblem list(const CallsQuery &query) override {
        return Answer{200,
                      {{"limit", query.limit},
                       {"after", query.after},
                       {"pool", text_or_null(query.pool)},
                       {"server", text_or_null(query.server)},
                       {"state", text_or_null(query.state)},
                       {"older_than", query.older_than.value_or(0)},
                       {"idle_longer_than", query.idle_longer_than.value_or(0)}}};
    }
    AnswerOrProblem show(const CallQuery &query) override {
        return Answer{200,
                      {{"call_id", query.call_id},
                       {"pool", text_or_null(query.pool)},
                       {"via", text_or_null(query.via)},
                       {"to_user", text_or_null(query.to_user)},
                       {"source", text_or_null(query.source)}}};
    }
    AnswerOrProblem remove(const CallQuery &query) override {
        return Problem{404, "no " + query.call_id, {}, {}};
    }
    AnswerOrProblem rehome(const CallQuery &query,
                           const std::optional<std::string> &server) override {
        return Answer{200, {{"call_id", query.call_id}, {"server", text_or_null(server)}}};
    }
    AnswerOrProblem rehome_server(const std::string &pool, const std::string &server) override {
        return Answer{202, {{"pool", pool}, {"server", server}}};
    }
    AnswerOrProblem rehome_progress(const std::string &pool, const std::string &server) override {
        return rehome_server(pool, server);
    }
    AnswerOrProblem explain(const ExplainQuery &query) override {
        return Answer{200,
                      {{"bytes", query.payload.size()},
                       {"service", text_or_null(query.service)},
                       {"source", text_or_null(query.source)}}};
    }
    AnswerOrProblem explain_capture(const CaptureQuery &query) override {
        return Answer{200,
                      {{"file", query.file.size()},
                       {"service", text_or_null(query.service)},
                       {"limit", query.limit}}};
    }
};

/// One request over a connection of its own.
HttpAnswer ask(const std::string &method, const std::string &target, const std::string &body = {},
               const std::string &fields = {}) {
    Echo echo;
    Router router;
    add_calls_routes(router, echo);
    const Running server(std::move(router));
    Client client(server.path());
    client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
    return client.receive();
}

const std::string kJsonType = "Content-Type: application/json\r\n";

json ask_json(const std::string &method, const std::string &target, const std::string &body = {}) {
    const auto answer = ask(method, target, body, kJsonType);
    CHECK(answer.result_int() < 300);
    return json::parse(answer.body());
}

} // namespace

TEST_CASE("a listing's filters") {
    const auto asked = ask_json("GET", "/v1/calls?pool=p&server=s%201&state=early&older_than=7"
                                       "&idle_longer_than=8&limit=9&after=4294967296");
    CHECK(asked == json::parse(R"({"pool": "p", "server": "s 1", "state": "early", "older_than": 7,
        "idle_longer_than": 8, "limit": 9, "after": 4294967296})"));
    for (const auto &[query, parameter] :
         {std::pair{"limit=0", "limit"}, std::pair{"limit=1001", "limit"},
          std::pair{"after=-1", "after"}, std::pair{"older_than=1s", "older_than"},
          std::pair{"idle_longer_than=", "idle_longer_than"}, std::pair{"pool=", "pool"},
          std::pair{"pool=a&pool=b", "pool"}, std::pair{"call=7", "call"}}) {
        const auto answer = ask("GET", std::string("/v1/calls?") + query);
        INFO(query);
        CHECK(answer.result_int() == 400);
        CHECK(problem_of(answer)["parameter"] == parameter);
    }
}

TEST_CASE("a Call-ID in a path, byte for byte") {
    CHECK(ask_json("GET", "/v1/calls/a%2Fb%3Fc%25d@e%20f?pool=p&via=h:5060&to_user=bob"
                          "&source=2001:db8::1") ==
          json::parse(R"({"call_id": "a/b?c%d@e f", "pool": "p", "via": "h:5060",
        "to_user": "bob", "source": "2001:db8::1"})"));
    CHECK(ask_json("GET", "/v1/calls/..")["call_id"] == "..");
    CHECK(ask_json("GET", "/v1/calls/+")["call_id"] == "+");
    CHECK(ask("GET", "/v1/calls/").result_int() == 404);
    CHECK(problem_of(ask("DELETE", "/v1/calls/x%40y"))["detail"] == "no x@y");
    CHECK(ask("PUT", "/v1/calls/x").result_int() == 405);
}

TEST_CASE("moving a call") {
    CHECK(ask_json("POST", "/v1/calls/x@y/rehome")["server"] == nullptr);
    CHECK(ask_json("POST", "/v1/calls/x@y/rehome", "{}")["server"] == nullptr);
    CHECK(ask_json("POST", "/v1/calls/x@y/rehome", R"({"server": "s2"})") ==
          json::parse(R"({"call_id": "x@y", "server": "s2"})"));
    for (const auto &[text, pointer] :
         {std::pair{R"({"server": 7})", "/server"}, std::pair{R"({"a/b": "s"})", "/a~1b"}}) {
        const auto answer = ask("POST", "/v1/calls/x@y/rehome", text, kJsonType);
        CHECK(answer.result_int() == 400);
        CHECK(problem_of(answer)["pointer"] == pointer);
    }
    for (const char *text : {"{", "[]", "s2", "null"}) {
        CHECK(ask("POST", "/v1/calls/x@y/rehome", text, kJsonType).result_int() == 400);
    }
    CHECK(ask("POST", "/v1/calls/x@y/rehome", "{}").result_int() == 415);
    CHECK(ask("POST", "/v1/calls/x@y/rehome", R"({"server": "s1", "server": "s2"})", kJsonType)
              .result_int() == 422);
}

TEST_CASE("moving a server's calls") {
    const auto answer = ask("POST", "/v1/pools/p/servers/s%2F1/rehome");
    CHECK(answer.result_int() == 202);
    CHECK(json::parse(answer.body()) == json::parse(R"({"pool": "p", "server": "s/1"})"));
    CHECK(ask("GET", "/v1/pools/p/servers/s/rehome").result_int() == 202);
    CHECK(ask("POST", "/v1/pools/p/servers/s/rehome?now=1").result_int() == 400);
    CHECK(ask("POST", "/v1/pools/p/servers/s/rehome", "{}", kJsonType).result_int() == 202);
    const auto refused =
        ask("POST", "/v1/pools/p/servers/s/rehome", R"({"server": "s2"})", kJsonType);
    CHECK(refused.result_int() == 400);
    CHECK(problem_of(refused)["pointer"] == "/server");
}

TEST_CASE("a datagram to explain") {
    const std::string datagram("\0\r\n\xff", 4);
    CHECK(ask_json("POST", "/v1/explain?service=sip&source=192.0.2.1", datagram) ==
          json::parse(R"({"bytes": 4, "service": "sip", "source": "192.0.2.1"})"));
    CHECK(ask_json("POST", "/v1/explain", std::string(65'527, 'x'))["bytes"] == 65'527);
    CHECK(ask("POST", "/v1/explain", std::string(65'528, 'x')).result_int() == 413);
}

TEST_CASE("a capture to explain is told by its media type") {
    const std::string large(100'000, 'x'); // more than a datagram
    for (const std::string type : {"application/vnd.tcpdump.pcap", "Application/x-pcapng; x=y"}) {
        const auto answer =
            ask("POST", "/v1/explain?service=sip&limit=3", large, "Content-Type: " + type + "\r\n");
        CHECK(json::parse(answer.body()) ==
              json::parse(R"({"file": 100000, "service": "sip", "limit": 3})"));
        CHECK(ask("POST", "/v1/explain?limit=1001", "x", "Content-Type: " + type + "\r\n")
                  .result_int() == 400);
    }
    CHECK(ask("POST", "/v1/explain", "x", "Content-Type: application/octet-stream\r\n").body() ==
          ask("POST", "/v1/explain", "x").body());
}

TEST_CASE("calls have no entity tags") {
    const std::string any = "If-Match: *\r\n";
    for (const std::string target : {"/v1/calls/a/rehome", "/v1/pools/p/servers/s/rehome"}) {
        CHECK(ask("POST", target, {}, any).result_int() == 412);
        CHECK(ask("POST", target).result_int() < 300);
    }
    CHECK(ask("DELETE", "/v1/calls/a", {}, any).result_int() == 412);
    CHECK(ask("GET", "/v1/calls/a", {}, any).result_int() == 200);
}

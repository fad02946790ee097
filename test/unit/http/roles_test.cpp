// SPDX-License-Identifier: Apache-2.0
//
// What a token opens: by its role, and by where its client is. And who else may see its file.
#include "api/document_routes.hpp"
#include "api_tcp.hpp"
#include "base/log.hpp"
#include "http/secret_file.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

Router router_of_documents() {
    Router router = example_router();
    for (const std::string path :
         {"/metrics", "/v1/counters", "/v1/config", "/v1/pools/{pool}", "/v1/events"}) {
        router.add("GET", path, [](const Request &) { return json_response(json::object()); });
    }
    add_document_routes(router);
    return router;
}

json bound(const std::string &name, const std::string &text, const json &from) {
    json bound = token(name, "admin", text);
    bound["from"] = from;
    return bound;
}

json tokens() {
    return {token("prometheus", "metrics", "m"),
            token("wall", "monitor", "w"),
            token("desk", "read-only", "r"),
            token("root", "admin", "a"),
            bound("here", "h", {"192.0.2.0/24", "127.0.0.1"}),
            bound("away", "x", {"192.0.2.0/24"})};
}

unsigned status_of(const RunningTcp &server, const std::string &text, const std::string &path,
                   const std::string &method = "GET") {
    return server
        .ask(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + bearer(text) +
             "\r\n")
        .result_int();
}

} // namespace

TEST_CASE("each role opens more than the one before") {
    const RunningTcp server(nullptr, {}, router_of_documents());
    replace_file(server.tokens_file(), tokens().dump());
    struct Row {
        std::string method;
        std::string path;
        std::string opens; // these tokens; others get 403
    };
    const std::vector<Row> rows = {
        {"GET", "/metrics", "mwra"},   {"GET", "/v1", "mwra"},
        {"GET", "/v1/status", "wra"},  {"GET", "/v1/counters", "wra"},
        {"GET", "/v1/cluster", "wra"}, {"GET", "/v1/config", "wra"},
        {"GET", "/v1/pools/p", "wra"}, {"GET", "/v1/calls", "ra"},
        {"GET", "/v1/c%61lls", "ra"},  {"GET", "/v1/calls/a%40b", "ra"},
        {"GET", "/v1/events", "ra"},   {"POST", "/v1/explain", "ra"},
        {"PUT", "/echo", "a"},         {"DELETE", "/v1/calls/a%40b", "a"},
        {"GET", "/v1/trace", "a"},
    };
    for (const Row &row : rows) {
        for (const char text : std::string("mwra")) {
            INFO(row.method << ' ' << row.path << ' ' << text);
            const bool opens = row.opens.find(text) != std::string::npos;
            CHECK((status_of(server, std::string(1, text), row.path, row.method) != 403) == opens);
        }
    }
    const auto role = [&](const std::string &text) {
        return json::parse(server.ask(get("/v1", bearer(text))).body())["role"];
    };
    CHECK(json{role("m"), role("w"), role("r"), role("a")} ==
          json{"metrics", "monitor", "read-only", "admin"});
}

TEST_CASE("a token that is bound to prefixes is good from there only") {
    const RunningTcp server(nullptr, {}, router_of_documents());
    replace_file(server.tokens_file(), tokens().dump());
    CHECK(status_of(server, "h", "/v1/status") == 200);
    const HttpAnswer refused = server.ask(get("/v1/status", bearer("x")));
    CHECK(problem_of(refused)["detail"] == "the token is not for clients at 127.0.0.1");
    CHECK(refused.result_int() == 401);

    Client elsewhere(server.port(), "127.0.0.2");
    elsewhere.send(get("/v1/status", bearer("h")));
    CHECK(elsewhere.receive().result_int() == 401);
}

TEST_CASE("prefixes that are none are refused") {
    const auto problem = [](const json &from) {
        return parse_tokens(json::array({bound("b", "b", from)}).dump()).error().message;
    };
    CHECK(problem({"192.0.2.0/24", "10.0.0.0/33"}) ==
          "[0].from[1]: \"10.0.0.0/33\" is not a prefix; write it like \"192.0.2.0/24\"");
    CHECK(problem(json::array()) == "[0].from: expected a list of prefixes, found a list");
    CHECK(problem("192.0.2.0/24") ==
          "[0].from: expected a list of prefixes, found string \"192.0.2.0/24\"");
    CHECK(problem({7}) == "[0].from[0]: expected a string, found number 7");
}

TEST_CASE("a file of secrets that others may read or change is warned of") {
    for (const mode_t mode : {0600U, 0640U, 0400U, 0440U}) {
        CHECK(keeps_secret(mode));
    }
    for (const mode_t mode : {0644U, 0660U, 0604U, 0602U, 0620U, 0601U}) {
        CHECK_FALSE(keeps_secret(mode));
    }
    const Folder folder;
    replace_file(folder.file("tokens.json"), tokens().dump());
    int warnings = 0;
    log::set_listener([&](log::Level, std::string_view event, log::Fields) {
        warnings += event == "api_secret_open" ? 1 : 0;
    });
    for (const auto &[mode, expected] : {std::pair(0600U, 0), {0644U, 1}}) {
        REQUIRE(::chmod(folder.file("tokens.json").c_str(), mode) == 0);
        CHECK(Tokens(folder.file("tokens.json")).load().ok());
        CHECK(warnings == expected);
    }
    log::set_listener({});
}

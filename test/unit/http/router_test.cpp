// SPDX-License-Identifier: Apache-2.0
#include "answers.hpp"
#include "api/routes.hpp"
#include "fake_calls.hpp"
#include "http/problem.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace sipsteer::api;
using namespace sipsteer::http;
using nlohmann::json;

namespace {

using Strings = std::vector<std::string>;

/// What `router` answers to a request without a body.
Response ask(const Router &router, const std::string &method, const std::string &target) {
    auto parsed = parse_target(target);
    REQUIRE(parsed);
    Request request{method, std::move(*parsed), {}, {}};
    return http::test::answer_of(router, request);
}

std::string field(const Response &response, const std::string &name) {
    for (const auto &[key, value] : response.fields) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

Response say(const std::string &text) {
    return json_response(json(text));
}

/// The API with sources that say what they were asked.
Router example_api() {
    Sources sources;
    sources.status = [] {
        return sipsteer::http::test::ready(json_text(json{{"state", "running"}}));
    };
    Router router = make_router(std::move(sources));
    add_calls_routes(router, sipsteer::api::test::fake_calls());
    return router;
}

} // namespace

TEST_CASE("a target is split and decoded") {
    const auto target = parse_target("/v1/calls/a%2Fb%40c?limit=10&q=a%20b%26c&flag&limit=%31");
    REQUIRE(target);
    CHECK(target->path == "/v1/calls/a%2Fb%40c");
    CHECK(target->segments == Strings{"v1", "calls", "a/b@c"});
    const decltype(target->query) query = {
        {"limit", "10"}, {"q", "a b&c"}, {"flag", ""}, {"limit", "1"}};
    CHECK(target->query == query);

    CHECK(parse_target("/")->segments.empty());
    CHECK(parse_target("/v1/")->segments == Strings{"v1", ""});
    CHECK(parse_target("/v1?")->segments == Strings{"v1"});
    // The form for proxies, which servers have to take as well (RFC 9112, 3.2.2).
    CHECK(parse_target("http://localhost/v1/status?a=b")->segments == Strings{"v1", "status"});
    CHECK(parse_target("HTTPS://[::1]:8443/v1/status")->path == "/v1/status");
    CHECK(parse_target("http://localhost")->path == "/");
    CHECK(parse_target("http://localhost?limit=1")->query.size() == 1);
}

TEST_CASE("what is not a target is refused") {
    const auto text = GENERATE("", "*", "v1", "/a b", "/%zz", "/%4", "/a?b=%", "/a#b", "/a\x01",
                               "ftp://h/a", "http:/", "/\xff", "a:|", "http:|", "http://",
                               "http:///a", "http://h|/a", "http://u@h/a", "http://h/a|",
                               "http://h#a", "https://h\\/a", "http://h/%zz", "http://h?%");
    INFO(text);
    CHECK_FALSE(parse_target(text));
}

TEST_CASE("a request reaches the handler of its path and method") {
    Router router;
    router.add("GET", "/v1/calls", [](const Request &) { return say("list"); });
    router.add("GET", "/v1/calls/{call}",
               [](const Request &request) { return say("get " + request.captured.at("call")); });
    router.add("DELETE", "/v1/calls/{call}",
               [](const Request &request) { return say("delete " + request.captured.at("call")); });
    router.add("GET", "/", [](const Request &) { return say("page"); });

    CHECK(ask(router, "GET", "/v1/calls").body == "\"list\"\n");
    CHECK(ask(router, "GET", "/v1/%63alls").body == "\"list\"\n");
    CHECK(ask(router, "GET", "/v1/calls/a%2Fb").body == "\"get a/b\"\n");
    CHECK(ask(router, "DELETE", "/v1/calls/7").body == "\"delete 7\"\n");
    CHECK(ask(router, "GET", "/").body == "\"page\"\n");
}

TEST_CASE("a path nobody has is 404") {
    const Router router = example_api();
    const auto path = GENERATE("/", "/v1", "/v1/status/", "/v1/status/x", "/V1/status",
                               "/v1/%7Bx%7D", "//v1/status", "/v1/../v1/status");
    INFO(path);
    const Response response = ask(router, "GET", path);
    CHECK(response.status == 404);
    CHECK(response.content_type == "application/problem+json");
    const json problem = json::parse(response.body);
    CHECK(problem["type"] == "about:blank");
    CHECK(problem["title"] == "Not Found");
    CHECK(problem["status"] == 404);
    CHECK(problem["detail"] == std::string("there is no ") + path);
}

TEST_CASE("an empty segment is not captured") {
    Router router;
    router.add("GET", "/v1/calls/{call}", [](const Request &) { return say("get"); });
    CHECK(ask(router, "GET", "/v1/calls/").status == 404);
}

TEST_CASE("a method the path does not take is 405 and says which it takes") {
    Router router;
    const auto handler = [](const Request &) { return say("done"); };
    router.add("GET", "/v1/x", handler);
    router.add("PUT", "/v1/x", handler);
    router.add("POST", "/v1/y", handler);

    const Response response = ask(router, "DELETE", "/v1/x");
    CHECK(response.status == 405);
    CHECK(field(response, "Allow") == "GET, HEAD, PUT");
    CHECK(field(ask(router, "GET", "/v1/y"), "Allow") == "POST");
    CHECK(ask(router, "HEAD", "/v1/y").status == 405);
    CHECK(ask(router, "HEAD", "/v1/x").status == 200);
    CHECK(ask(router, "get", "/v1/x").status == 405);
}

TEST_CASE("a handler that throws is a 500 that gives nothing away") {
    Router router;
    router.add("GET", "/a", [](const Request &) -> Response {
        throw std::runtime_error("secret of the house");
    });
    router.add("GET", "/b", [](const Request &) -> Response { throw 7; });
    for (const auto *path : {"/a", "/b"}) {
        const Response response = ask(router, "GET", path);
        CHECK(response.status == 500);
        CHECK(response.content_type == "application/problem+json");
        CHECK(response.body.find("secret") == std::string::npos);
    }
}

TEST_CASE("the status is what its source says") {
    const Response response = ask(example_api(), "GET", "/v1/status");
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json");
    CHECK(response.body == "{\"state\":\"running\"}\n");
}

TEST_CASE("the limit of calls is 1 to 1000, 100 if not given") {
    const Router router = example_api();
    CHECK(ask(router, "GET", "/v1/calls").body == "{\"limit\":100}\n");
    CHECK(ask(router, "GET", "/v1/calls?limit=1").body == "{\"limit\":1}\n");
    CHECK(ask(router, "GET", "/v1/calls?limit=1000").body == "{\"limit\":1000}\n");
}

TEST_CASE("a wrong limit is a problem that names it and its value") {
    const auto value =
        GENERATE("abc", "", "0", "1001", "-1", "+5", " 5", "5x", "1e2", "99999999999999999999");
    INFO(value);
    Request request{"GET", *parse_target("/v1/calls"), {}, {}};
    request.target.query = {{"limit", value}};
    const Response response = http::test::answer_of(example_api(), request);
    CHECK(response.status == 400);
    const json problem = json::parse(response.body);
    CHECK(problem["parameter"] == "limit");
    CHECK(problem["detail"] ==
          std::string("limit: \"") + value + "\" is not a number from 1 to 1000");
}

TEST_CASE("a query parameter given twice or unknown is a problem that names it") {
    const Router router = example_api();
    json problem = json::parse(ask(router, "GET", "/v1/calls?limit=1&limit=2").body);
    CHECK(problem["status"] == 400);
    CHECK(problem["detail"] == "limit: given more than once");

    problem = json::parse(ask(router, "GET", "/v1/calls?limti=1").body);
    CHECK(problem["status"] == 400);
    CHECK(problem["parameter"] == "limti");
    CHECK(problem["detail"] ==
          "unknown query parameter \"limti\"; known parameters: pool server state older_than "
          "idle_longer_than limit after");

    problem = json::parse(ask(router, "GET", "/v1/status?verbose").body);
    CHECK(problem["status"] == 400);
    CHECK(problem["detail"] == "unknown query parameter \"verbose\"; this route has none");
}

TEST_CASE("text that is not UTF-8 does not break an answer") {
    const Response response = ask(example_api(), "GET", "/v1/status?%ff=1");
    CHECK(response.status == 400);
    CHECK(json::parse(response.body)["parameter"] == "\xef\xbf\xbd");
}

TEST_CASE("a problem of the body points into it") {
    const json problem = json::parse(
        problem_response({422, "\"10.0.0.300\" is not an address", {}, "/pools/0/address"}).body);
    CHECK(problem["pointer"] == "/pools/0/address");
    CHECK(problem["title"] == "Unprocessable Entity");
    CHECK_FALSE(problem.contains("parameter"));
}

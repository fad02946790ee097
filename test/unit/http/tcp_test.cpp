// SPDX-License-Identifier: Apache-2.0
//
// The API over TCP: tokens, roles, origins, and clients that mean no good.
#include "api/document_routes.hpp"
#include "api_tcp.hpp"
#include "http/alarm.hpp"

#include <map>
#include <mutex>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

TEST_CASE("over TCP a client needs a token") {
    const RunningTcp server;
    const auto fields = GENERATE(as<std::string>{}, "", "Authorization: Basic c2VjcmV0\r\n",
                                 "Authorization: Bearer\r\n", "Authorization: secret\r\n");
    const HttpAnswer answer = server.ask(get("/v1/status", fields));
    CHECK(problem_of(answer)["status"] == 401);
    CHECK(answer[beast_http::field::www_authenticate] == "Bearer realm=\"sipsteer\"");
    CHECK(server.ask(get("/metrics", fields)).result_int() == 401);
    CHECK(server.ask(get("/nothing", fields)).result_int() == 401);
    CHECK(server.ask(get("/openapi.json", fields)).result_int() != 401); // the page links to it
}

TEST_CASE("a token that is wrong or has expired is refused") {
    const RunningTcp server;
    for (const std::string text : {"wrong", "o", "secret2", "secre", "SECRET"}) {
        INFO(text);
        const HttpAnswer answer = server.ask(get("/v1/status", bearer(text)));
        CHECK(problem_of(answer)["status"] == 401);
        CHECK(answer[beast_http::field::www_authenticate] ==
              "Bearer realm=\"sipsteer\", error=\"invalid_token\"");
    }
    CHECK(problem_of(server.ask(get("/v1/status", bearer("o"))))["detail"] ==
          "the token has expired");
    for (const std::string text : {"secret", "look", "l", " secret"}) {
        INFO(text);
        CHECK(server.ask(get("/v1/status", bearer(text))).result_int() == 200);
    }
}

TEST_CASE("a token for reading changes nothing") {
    const RunningTcp server;
    CHECK(server.ask(put("/echo", bearer("secret"))).result_int() == 200);
    const HttpAnswer refused = server.ask(put("/echo", bearer("look")));
    CHECK(problem_of(refused)["detail"] == "the token watch has role read-only");
    CHECK(refused.result_int() == 403);
    CHECK(refused[beast_http::field::www_authenticate] ==
          "Bearer realm=\"sipsteer\", error=\"insufficient_scope\"");
    const std::string explain =
        "POST /v1/explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
    CHECK(server.ask(explain + bearer("look") + "\r\n").result_int() == 200);
    const std::string patch =
        "PATCH /v1/explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
    CHECK(server.ask(patch + bearer("look") + "\r\n").result_int() == 403);
}

TEST_CASE("a client is told what its token is for") {
    Router router;
    add_document_routes(router);
    const RunningTcp server(nullptr, {}, std::move(router));
    const auto role = [&](const std::string &text) {
        return json::parse(server.ask(get("/v1", bearer(text))).body())["role"];
    };
    CHECK(role("secret") == "admin");
    CHECK(role("look") == "read-only");
}

TEST_CASE("a trace shows whole messages: a token for reading does not do") {
    const RunningTcp server;
    for (const std::string path : {"/v1/trace", "/v1/%74race", "/v1/trace?count=1"}) {
        INFO(path);
        const HttpAnswer refused = server.ask(get(path, bearer("look")));
        CHECK(problem_of(refused)["status"] == 403);
        CHECK(refused[beast_http::field::www_authenticate] ==
              "Bearer realm=\"sipsteer\", error=\"insufficient_scope\"");
        CHECK(server.ask(get(path, bearer("secret"))).result_int() == 404); // not here
    }
    CHECK(server.ask(get("/v1/trace/x", bearer("look"))).result_int() == 404);
}

TEST_CASE("the Unix socket needs no token") {
    const Running server;
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("the file of tokens is read again while the server runs") {
    const RunningTcp server;
    Client kept(server.port()); // a connection is no longer good than its token
    const auto status = [&](const std::string &text) {
        kept.send(get("/v1/status", bearer(text)));
        return kept.receive().result_int();
    };
    CHECK(status("secret") == 200);
    replace_file(server.tokens_file(), json{token("new", "admin", "fresh")}.dump());
    CHECK(status("secret") == 401);
    CHECK(status("fresh") == 200);
    replace_file(server.tokens_file(), "[ { \"name\": ");
    CHECK(status("fresh") == 200); // one that is wrong changes nothing
    fs::remove(server.tokens_file());
    CHECK(status("fresh") == 401);
    replace_file(server.tokens_file(), example_tokens().dump());
    CHECK(status("secret") == 200);
}

TEST_CASE("a page of another origin changes nothing") {
    const RunningTcp server;
    const auto status = [&](const std::string &origin) {
        return server.ask(put("/echo", bearer("secret") + "Origin: " + origin + "\r\n"))
            .result_int();
    };
    CHECK(status("http://balancer:8080") == 200);
    CHECK(status("https://Balancer:8080") == 200); // TLS may end before us
    for (const std::string origin : {"http://evil.example", "null", "http://balancer",
                                     "http://balancer:8081", "http://balancer:8080.evil.example"}) {
        INFO(origin);
        CHECK(status(origin) == 403);
    }
    const HttpAnswer read =
        server.ask(get("/v1/status", bearer("secret") + "Origin: http://evil.example\r\n"));
    CHECK(read.result_int() == 200);
    CHECK(read.count("Access-Control-Allow-Origin") == 0); // so no browser shows it to the page
}

TEST_CASE("whoever has no token is refused before its body is read") {
    const RunningTcp server;
    Client client(server.port());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
                "Expect: 100-continue\r\n\r\n");
    CHECK(client.receive().result_int() == 401);
    client.try_send("xx");
    CHECK(client.closed());
}

TEST_CASE("what a client may send has bounds") {
    Limits limits;
    limits.body_bytes = 1000;
    const RunningTcp server(nullptr, limits);
    const std::string large(10'000, 'x');
    CHECK(server.ask(get("/v1/status", "X: " + large + "\r\n")).result_int() == 431);
    CHECK(server.ask(get(long_path(10'000))).result_int() == 414);
    CHECK(server
              .ask("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n" +
                   bearer("secret") + "\r\n")
              .result_int() == 413);
}

TEST_CASE("a client that drips its header is let go") {
    Limits limits;
    limits.first_timeout = 300ms;
    const RunningTcp server(nullptr, limits);
    Client client(server.port());
    const auto start = Clock::now();
    std::thread dripping([&] {
        for (int i = 0; i < 100 && Clock::now() - start < 1s; ++i) {
            client.try_send(i == 0 ? "GET /v1/status HTTP/1.1\r\n" : "X: y\r\n");
            std::this_thread::sleep_for(20ms);
        }
    });
    CHECK(client.receive().result_int() == 408);
    dripping.join();
}

TEST_CASE("one source has so many connections and no more") {
    Limits limits;
    limits.connections_from_one_source = 2;
    const RunningTcp server(nullptr, limits);
    std::optional<Client> first(server.port());
    Client second(server.port());
    Client third(server.port());
    const HttpAnswer answer = third.receive();
    CHECK(problem_of(answer)["status"] == 503);
    CHECK(third.closed());
    Client elsewhere(server.port(), "127.0.0.2");
    elsewhere.send(get("/v1/status", bearer("secret")));
    CHECK(elsewhere.receive().result_int() == 200);
    first.reset();
    CHECK(wait_for([&] {
        try {
            return server.ask(get("/v1/status", bearer("secret"))).result_int() == 200;
        } catch (const boost::system::system_error &) {
            return false; // it was turned away while it asked
        }
    }));
}

TEST_CASE("clients that show no token keep nobody out, who shows one is kept") {
    Limits limits;
    limits.connections = 3;
    limits.timeout = 20s;
    const RunningTcp server(nullptr, limits);
    Client known(server.port());
    known.send(get("/v1/status", bearer("look")));
    CHECK(known.receive().result_int() == 200);
    Client silent(server.port());
    Client watcher(server.port());
    watcher.send(get("/healthz"));
    CHECK(watcher.receive().result_int() == 404); // of this router; anybody may ask
    for (int i = 0; i < 2; i++) {
        const HttpAnswer answer = server.ask(get("/v1/status", bearer("secret")));
        CHECK(answer.result_int() == 200);
    }
    CHECK(silent.closed());
    known.send(get("/v1/status", bearer("look")));
    CHECK(known.receive().result_int() == 200);
}

TEST_CASE("a client without a token has less time") {
    Limits limits;
    limits.first_timeout = 200ms;
    const RunningTcp server(nullptr, limits);
    Client silent(server.port());
    Client refused(server.port());
    refused.send(get("/v1/status"));
    CHECK(refused.receive().result_int() == 401);
    Client known(server.port());
    known.send(get("/v1/status", bearer("secret")));
    CHECK(known.receive().result_int() == 200);
    CHECK(silent.closed());
    CHECK(refused.closed());
    std::this_thread::sleep_for(300ms);
    known.send(get("/v1/status", bearer("secret")));
    CHECK(known.receive().result_int() == 200);
}

TEST_CASE("what was refused before it came to a route is observed") {
    Limits limits;
    limits.first_timeout = 200ms;
    limits.body_bytes = 1000;
    std::mutex mutex;
    std::map<std::string, int> seen;
    Router router = example_router();
    router.observe([&](const auto &route, const auto &, auto status, auto took) {
        const std::lock_guard guard(mutex);
        seen[route + " " + std::to_string(status) + (took ? "" : " unhandled")]++;
    });
    const RunningTcp server(nullptr, limits, std::move(router));
    const auto check = [&](const std::string &request, const std::string &expected) {
        INFO(expected);
        server.ask(request);
        const std::lock_guard guard(mutex); // what is observed is so before it is answered
        CHECK(seen[expected] == 1);
    };
    check(get("/v1/status"), "none 401 unhandled");
    check(put("/echo", bearer("look")), "none 403 unhandled");
    check("GET /v1/status HTTP/1.1\r\n\r\n", "none 400 unhandled");
    check("GET /v1/status HTTP/1.1\r\nHos", "none 408 unhandled");
    check("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n" + bearer("secret") +
              "\r\n",
          "none 413 unhandled");
    check(get("/v1/status", bearer("secret")), "/v1/status 200");
}

TEST_CASE("wrong tokens are warned of, not each") {
    using namespace std::chrono;
    Alarm alarm("api_wrong_tokens");
    const Alarm::Clock::time_point start{hours(1)};
    CHECK(alarm.note("192.0.2.1", "the token is unknown", start));
    CHECK_FALSE(alarm.note("192.0.2.1", "the token is unknown", start + seconds(1)));
    CHECK_FALSE(alarm.note("192.0.2.2", "the token is unknown", start + seconds(59)));
    CHECK(alarm.note("192.0.2.3", "the token is unknown", start + seconds(60)));
}

TEST_CASE("a token expires at its second, however far away that is") {
    using namespace std::chrono;
    const auto token_until = [](const std::string &end) {
        json document = example_tokens();
        document[0]["expires"] = end;
        return parse_tokens(document.dump())->front();
    };
    const auto now = system_clock::now();
    CHECK_FALSE(has_expired(token_until("9999-12-31T23:59:59Z"), now));
    CHECK(has_expired(token_until("0001-01-01T00:00:00Z"), now));
    const Token token = token_until("2027-01-31T12:00:00Z");
    const auto end = sys_seconds(seconds(1'801'396'800));
    CHECK_FALSE(has_expired(token, end - milliseconds(1)));
    CHECK(has_expired(token, end));
}

TEST_CASE("a file of tokens that is wrong is refused, and says where") {
    const auto problem = [](const std::string &text) {
        const auto tokens = parse_tokens(text);
        return tokens ? std::string() : tokens.error().message;
    };
    json bad = example_tokens();
    CHECK(problem(bad.dump()).empty());
    bad[1]["name"] = "root";
    bad[0]["sha256"] = "secret";
    bad[2]["expires"] = "2021-02-30T00:00:00Z";
    bad[3]["role"] = "reader";
    bad[3]["scope"] = "all";
    CHECK(problem(bad.dump()) ==
          "[0].sha256: not a SHA-256 hash of 64 hexadecimal digits; [2].expires: "
          "\"2021-02-30T00:00:00Z\" is not a time; write it like \"2027-01-31T12:00:00Z\"; "
          "[3].role: \"reader\" is unknown; supported: \"metrics\", \"monitor\", \"read-only\", "
          "\"admin\"; [3].scope: unknown field; [1].name: \"root\" is the name of another token");
    CHECK(problem("{}") == "expected a list, found an object");
    CHECK(problem("[{}]") == "[0].name: missing; [0].role: missing; [0].sha256: missing");
}

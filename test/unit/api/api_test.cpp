// SPDX-License-Identifier: Apache-2.0
//
// HTTP over real sockets, with requests as bytes.
#include "api_client.hpp"
#include "http/wire.hpp"

#include <random>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

TEST_CASE("an answer has its fields and its body") {
    const Running server;
    Client client(server.path());
    client.send(get("/v1/calls?limit=7"));
    const HttpAnswer answer = client.receive();
    CHECK(answer.result_int() == 200);
    CHECK(answer.version() == 11);
    CHECK(answer.body() == "{\"limit\":7}\n");
    CHECK(answer[beast_http::field::content_type] == "application/json");
    CHECK(answer[beast_http::field::cache_control] == "no-store");
    CHECK(answer[beast_http::field::server].starts_with("sipsteer/"));
    CHECK(answer[beast_http::field::date].ends_with(" GMT"));
    CHECK(answer[beast_http::field::content_length] == "12");
}

TEST_CASE("an answer without a body that says nothing has changed has no length") {
    constexpr const char *kLength = "Content-Length:";
    CHECK(answer_text({304, {}, {}, {}, {}}, {}).find(kLength) == std::string::npos);
    CHECK(answer_text({200, {}, {}, {}, {}}, {}).find("Content-Length: 0\r\n") !=
          std::string::npos);
}

TEST_CASE("a connection is kept for further requests") {
    const Running server;
    Client client(server.path());
    for (int i = 0; i < 50; ++i) {
        client.send(get("/v1/calls?limit=" + std::to_string(i + 1)));
        CHECK(json::parse(client.receive().body())["limit"] == i + 1);
    }
    client.send(get("/nothing"));
    CHECK(problem_of(client.receive())["detail"] == "there is no /nothing");
    client.send(get("/throw"));
    CHECK(problem_of(client.receive())["status"] == 500);
    client.send(get("/v1/status", "Connection: close\r\n"));
    CHECK(client.receive()[beast_http::field::connection] == "close");
    CHECK(client.closed());
}

TEST_CASE("pipelined requests are answered in their order") {
    const Running server;
    Client client(server.path());
    std::string requests;
    constexpr int kMany = 500; // together more than one header may have
    for (int i = 1; i <= kMany; ++i) {
        requests += get("/v1/calls?limit=" + std::to_string(i));
    }
    requests += "PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    requests += get("/v1/status", "Connection: close\r\n");
    std::thread sender([&] { client.send(requests); });
    for (int i = 1; i <= kMany; ++i) {
        REQUIRE(json::parse(client.receive().body())["limit"] == i);
    }
    CHECK(json::parse(client.receive().body())["bytes"] == 5);
    CHECK(json::parse(client.receive().body())["state"] == "running");
    CHECK(client.closed());
    sender.join();
}

TEST_CASE("a request may come in pieces") {
    const Running server;
    Client client(server.path());
    for (const char byte : get("/v1/status")) {
        client.send(std::string(1, byte));
        std::this_thread::sleep_for(1ms);
    }
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("a client that only stops sending gets its answer") {
    const Running server;
    Client client(server.path());
    client.send(get("/v1/status"));
    client.end_sending();
    CHECK(client.receive().result_int() == 200);
    CHECK(client.closed());
}

TEST_CASE("HTTP/1.0 closes unless asked to keep") {
    const Running server;
    Client closing(server.path());
    closing.send("GET /v1/status HTTP/1.0\r\n\r\n");
    CHECK(closing.receive().result_int() == 200);
    CHECK(closing.closed());

    Client keeping(server.path());
    for (int i = 0; i < 2; ++i) {
        keeping.send("GET /v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(keeping.receive()[beast_http::field::connection] == "keep-alive");
    }
}

TEST_CASE("HEAD is GET without the body") {
    const Running server;
    Client client(server.path());
    client.send("HEAD /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/v1/status"));
    const HttpAnswer head = client.receive(true);
    const HttpAnswer whole = client.receive();
    CHECK(head.result_int() == 200);
    CHECK(head.body().empty());
    CHECK(head[beast_http::field::content_length] == std::to_string(whole.body().size()));
    CHECK(whole.body() == "{\"state\":\"running\"}\n");

    client.send("HEAD /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/v1/status"));
    CHECK(client.receive(true).result_int() == 404);
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("a wrong method is 405 with Allow") {
    const Running server;
    Client client(server.path());
    client.send("DELETE /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == 405);
    CHECK(answer[beast_http::field::allow] == "GET, HEAD");
    client.send("FROBNICATE /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive().result_int() == 405);
}

TEST_CASE("bodies are read, whole and in chunks") {
    const Running server;
    Client client(server.path());
    const std::string most(1024 * 1024, 'x');
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n" + most);
    CHECK(json::parse(client.receive().body())["bytes"] == 1048576);
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    CHECK(json::parse(client.receive().body())["bytes"] == 11);
    client.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(client.receive().result_int() == 200);
    client.send(get("/v1/status"));
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("a client that asks may send its body") {
    const Running server;
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                "Expect: 100-continue\r\n\r\n");
    CHECK(client.receive(true).result_int() == 100);
    client.send("hello");
    CHECK(json::parse(client.receive().body())["bytes"] == 5);
}

TEST_CASE("too much is refused, and the connection ended") {
    const Running server;
    const std::string start = "PUT /echo HTTP/1.1\r\nHost: localhost\r\n";
    const std::string long_chunk = "100001\r\n" + std::string(0x100001, 'x') + "\r\n0\r\n\r\n";
    const auto [request, status] = GENERATE_COPY(table<std::string, unsigned>({
        {get("/v1/status", "X-Long: " + std::string(9000, 'a') + "\r\n"), 431U},
        {get(long_path(5000)), 414U},
        {std::string("GET ") + long_path(20'000), 414U},
        {start + "Content-Length: 1048577\r\n\r\n" + std::string(1048577, 'x'), 413U},
        {start + "Content-Length: 99999999999\r\n\r\n", 413U},
        {start + "Transfer-Encoding: chunked\r\n\r\n" + long_chunk, 413U},
    }));
    Client client(server.path());
    client.try_send(request);
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == status);
    if (status != 414U) { // that of a whole request leaves the connection in order
        CHECK(answer[beast_http::field::connection] == "close");
        CHECK(client.closed());
    }
    check_alive(server);
}

TEST_CASE("many short fields that are too long together are refused too") {
    const Running server;
    std::string fields;
    for (int i = 0; i < 1000; ++i) {
        fields += "X-" + std::to_string(i) + ": y\r\n";
    }
    Client client(server.path());
    client.try_send(get("/v1/status", fields));
    CHECK(client.receive().result_int() == 431);
}

TEST_CASE("what is not HTTP is refused, and the connection ended") {
    const Running server;
    const auto request = GENERATE(
        as<std::string>{}, "\x16\x03\x01\x02\x00\x01\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n", "GET /v1/status HTTP/1.1\r\nHost x\r\n\r\n",
        "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nA b: c\r\n\r\n",
        "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        "Content-Length: 4\r\n\r\nabcd",
        "PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: localhost\r\n"
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    INFO(request);
    Client client(server.path());
    client.send(request);
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == 400);
    CHECK(answer[beast_http::field::connection] == "close");
    CHECK(client.closed());
}

TEST_CASE("a body in another coding is refused, and what follows it is no request") {
    const Running server;
    const auto [coding, status] = GENERATE(table<std::string, unsigned>(
        {{"gzip", 400U}, {"chunked, gzip", 400U}, {"gzip, chunked", 501U}, {"identity", 400U}}));
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + coding +
                "\r\n\r\n" + get("/v1/status"));
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == status);
    CHECK(answer[beast_http::field::connection] == "close");
    CHECK(client.closed());
}

TEST_CASE("a body that is encoded is 415") {
    const Running server;
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n"
                "Content-Length: 1\r\n\r\nx");
    CHECK(problem_of(client.receive())["status"] == 415);
}

TEST_CASE("another version of HTTP is 505") {
    const Running server;
    Client client(server.path());
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    CHECK(problem_of(client.receive())["status"] == 505);
}

TEST_CASE("a request needs one Host and a target") {
    const Running server;
    const auto head =
        GENERATE("GET /v1/status HTTP/1.1\r\n", "GET /v1/status HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
                 "GET /%zz HTTP/1.1\r\nHost: a\r\n", "GET * HTTP/1.1\r\nHost: a\r\n");
    Client client(server.path());
    client.send(std::string(head) + "\r\n");
    CHECK(problem_of(client.receive())["status"] == 400);
}

TEST_CASE("random bytes do no harm") {
    const Running server;
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        std::string bytes = i % 2 ? get("/v1/calls?limit=5") : "";
        const std::size_t size = random() % 2000;
        for (std::size_t at = 0; at < size; ++at) {
            const char byte = static_cast<char>(random());
            if (at < bytes.size() && random() % 8 == 0) {
                bytes[at] = byte;
            } else if (at >= bytes.size()) {
                bytes += byte;
            }
        }
        Client client(server.path());
        client.try_send(bytes);
        client.end_sending();
    }
    check_alive(server);
}

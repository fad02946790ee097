// SPDX-License-Identifier: Apache-2.0
//
// Slow, idle and many clients, and the end of the server.
#include "api_client.hpp"

#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

TEST_CASE("a slow client is told so and let go") {
    Limits limits;
    limits.timeout = 200ms;
    const Running server(limits);
    const auto part =
        GENERATE(as<std::string>{}, "G", "GET /v1/status HTTP/1.1\r\nHos",
                 "PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc");
    Client client(server.path());
    const auto start = Clock::now();
    client.send(part);
    CHECK(problem_of(client.receive())["status"] == 408);
    CHECK(client.closed());
    CHECK(Clock::now() - start >= 200ms);
    CHECK(Clock::now() - start < 5s);
}

TEST_CASE("a drip of bytes does not lengthen the time for a header") {
    Limits limits;
    limits.timeout = 300ms;
    const Running server(limits);
    Client client(server.path());
    const auto start = Clock::now();
    std::thread dripping([&] {
        client.try_send("GET /v1/status HTTP/1.1\r\n");
        for (int i = 0; i < 100 && Clock::now() - start < 1s; ++i) {
            client.try_send("X: y\r\n");
            std::this_thread::sleep_for(20ms);
        }
    });
    CHECK(client.receive().result_int() == 408);
    CHECK(Clock::now() - start < 900ms);
    dripping.join();
}

TEST_CASE("an idle connection is closed without a word") {
    Limits limits;
    limits.timeout = 200ms;
    const Running server(limits);
    Client silent(server.path());
    Client kept(server.path());
    kept.send(get("/v1/status"));
    CHECK(kept.receive().result_int() == 200);
    CHECK(kept.closed());
    CHECK(silent.closed());
}

TEST_CASE("a client that does not take its answer is let go") {
    Limits limits;
    limits.timeout = 200ms;
    limits.connections = 1;
    const Running server(limits);
    Client stuck(server.path());
    stuck.send(get("/large"));
    std::this_thread::sleep_for(100ms);
    CHECK(wait_for([&] {
        Client client(server.path());
        client.try_send(get("/v1/status"));
        return client.receive().result_int() == 200;
    }));
}

TEST_CASE("connections beyond the limit are turned away with 503") {
    Limits limits;
    limits.connections = 2;
    const Running server(limits);
    std::optional<Client> first(server.path());
    Client second(server.path());
    for (Client *client : {&*first, &second}) { // with a request under way
        client->send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
                     "Expect: 100-continue\r\n\r\n");
        CHECK(client->receive(true).result_int() == 100);
    }

    Client third(server.path());
    const HttpAnswer answer = third.receive();
    CHECK(problem_of(answer)["status"] == 503);
    CHECK(answer[beast_http::field::retry_after] == "1");
    CHECK(third.closed());

    first.reset();
    CHECK(wait_for([&] {
        Client client(server.path());
        client.try_send(get("/v1/status"));
        return client.receive().result_int() == 200;
    }));
}

TEST_CASE("connections without a request make room, the one that has waited longest first") {
    Limits limits;
    limits.connections = 2;
    const Running server(limits);
    Client first(server.path());
    Client second(server.path());
    for (Client *client : {&first, &second, &first}) {
        client->send(get("/v1/status"));
        CHECK(client->receive().result_int() == 200);
    }
    check_alive(server);
    CHECK(second.closed());
    first.send(get("/v1/status"));
    CHECK(first.receive().result_int() == 200);
}

TEST_CASE("stopping closes idle connections and removes the file") {
    Running server;
    Client idle(server.path());
    Client used(server.path());
    used.send(get("/v1/status"));
    CHECK(used.receive().result_int() == 200);
    const auto start = Clock::now();
    server.stop();
    server.join();
    CHECK(Clock::now() - start < 1s);
    CHECK(used.closed());
    CHECK(idle.closed());
    CHECK_FALSE(fs::exists(server.path()));
}

TEST_CASE("an answer under way is finished when the server stops") {
    Running server;
    Client client(server.path());
    client.send(get("/large") + get("/v1/status"));
    std::this_thread::sleep_for(100ms);
    server.stop();
    std::this_thread::sleep_for(100ms);
    CHECK_FALSE(server.ended());
    CHECK(client.receive().body().size() == kLargeAnswer + 3);
    CHECK(client.closed());
    server.join();
}

TEST_CASE("stopping does not wait for ever for a client to take its answer") {
    Limits limits;
    limits.stop_grace = 200ms;
    Running server(limits);
    Client client(server.path());
    client.send(get("/large"));
    std::this_thread::sleep_for(100ms);
    const auto start = Clock::now();
    server.stop();
    server.join();
    CHECK(Clock::now() - start >= 150ms);
    CHECK(Clock::now() - start < 5s);
}

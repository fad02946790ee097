// SPDX-License-Identifier: Apache-2.0
//
// Bodies as JSON: their limits, and long ones, which another thread reads.
#include "api_client.hpp"

#include "config/json_text.hpp"
#include "http/json_body.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

constexpr const char *kJsonType = "Content-Type: application/json\r\n";

/// Answers whether the body had been read when the handler was called, and how many values it has.
Router reading_router() {
    Router router;
    router.add("PUT", "/read", [](const Request &request) {
        const bool before = request.read != nullptr;
        auto body = read_json_body(request, BodyKind::Whole);
        if (auto *refused = std::get_if<Response>(&body)) {
            return std::move(*refused);
        }
        return json_response({{"before", before}, {"values", std::get<json>(body).size()}});
    });
    return router;
}

std::string put_read(const std::string &body, const std::string &fields = kJsonType) {
    return "PUT /read HTTP/1.1\r\nHost: localhost\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string list_of(std::size_t values) {
    std::string text = "[0";
    for (std::size_t i = 1; i < values; i++) {
        text += ",0";
    }
    return text + "]";
}

} // namespace

TEST_CASE("a long body is read before the handler is called, on another thread") {
    const Running server(reading_router());
    Client client(server.path());
    for (const auto &[values, before] : {std::pair(10, false), std::pair(100'000, true)}) {
        client.send(put_read(list_of(static_cast<std::size_t>(values))));
        CHECK(json::parse(client.receive().body()) == json{{"before", before}, {"values", values}});
    }
}

TEST_CASE("a body beyond a limit is refused, whatever thread reads it") {
    const Running server(reading_router());
    Client client(server.path());
    const auto detail = [&client](const std::string &body) {
        client.send(put_read(body));
        const HttpAnswer answer = client.receive();
        CHECK(answer.result_int() == 400);
        return problem_of(answer)["detail"].get<std::string>();
    };
    CHECK(detail(list_of(config::kMostValues)) == "more than 150000 values");
    CHECK(detail(std::string(33, '[')) == "nested deeper than 32 levels");
    CHECK(detail(std::string(100'000, '[')) == "nested deeper than 32 levels");
    CHECK(detail("{\"" + std::string(300, 'n') + "\": 1}") ==
          "a field has a name of more than 256 bytes");
    CHECK(detail(std::string(100'000, '9')).size() < 400);
}

TEST_CASE("a long body with a field twice names it, and one of another type is not read") {
    const Running server(reading_router());
    Client client(server.path());
    const std::string filler = "\"text\": \"" + std::string(50'000, 'x') + "\"";
    client.send(put_read("{" + filler + ", \"a\": 1, \"a\": 2}"));
    const json twice = problem_of(client.receive());
    CHECK(twice["status"] == 422);
    CHECK(twice["errors"] == json::parse(R"([{"pointer": "/a", "detail": "given twice"}])"));
    client.send(put_read("{" + filler + "}", "Content-Type: text/plain\r\n"));
    CHECK(problem_of(client.receive())["status"] == 415);
}

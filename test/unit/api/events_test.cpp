// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/events over real sockets: what is asked of the source, and how a stream is framed, ended
// and bounded.
#include "api_client.hpp"
#include "api_pieces.hpp"

#include "api/event_routes.hpp"

#include <mutex>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

/// Counts those that there are.
class CountedPieces : public Pieces {
public:
    CountedPieces(std::vector<std::string> pieces, std::atomic<int> &open)
        : Pieces(std::move(pieces), ""), open_(open) {
        ++open_;
    }
    ~CountedPieces() override { --open_; }

private:
    std::atomic<int> &open_;
};

/// Where the events of these tests come from. Two may listen.
class Source final : public EventSource {
public:
    json list(const EventsQuery &query) override {
        note(query);
        return json{{"events", json::array()}};
    }
    std::variant<std::shared_ptr<Stream>, Problem> listen(const EventsQuery &query) override {
        note(query);
        return open < 2 ? std::make_shared<CountedPieces>(pieces, open) : std::shared_ptr<Stream>();
    }

    EventsQuery asked() {
        const std::lock_guard guard(mutex_);
        return asked_;
    }

    std::vector<std::string> pieces = {"retry: 2000\n\n", "id: 7\ndata: {}\n\n"};
    std::atomic<int> open = 0; // streams that there are

private:
    void note(const EventsQuery &query) {
        const std::lock_guard guard(mutex_);
        asked_ = query;
    }

    std::mutex mutex_;
    EventsQuery asked_;
};

Router router_of(Source &source) {
    Router router = example_router();
    add_event_routes(router, source);
    return router;
}

const std::string kAccept = "Accept: text/event-stream\r\n";

/// Until that text has come.
std::string read_until(asio::local::stream_protocol::socket &socket, const std::string &text) {
    std::string all;
    while (all.find(text) == std::string::npos) {
        std::array<char, 512> bytes;
        error_code failed;
        const auto got = socket.read_some(asio::buffer(bytes), failed);
        all.append(bytes.data(), got);
        if (failed) {
            break;
        }
    }
    return all;
}

/// A socket that is read as it comes.
struct StreamReader {
    StreamReader(const Running &server, const std::string &request) : socket(io) {
        socket.connect({server.path()});
        asio::write(socket, asio::buffer(request));
    }
    asio::io_context io;
    asio::local::stream_protocol::socket socket;
};

const std::string kSecondPiece = "10\r\nid: 7\ndata: {}\n\n\r\n"; // as a chunk of 16 bytes

} // namespace

TEST_CASE("events are a list unless a stream is accepted") {
    Source source;
    const Running server(router_of(source));
    Client client(server.path());
    client.send(get("/v1/events?type=server_down,server_up&since=41&limit=9"));
    const HttpAnswer answer = client.receive();
    CHECK(answer[beast_http::field::content_type] == "application/json");
    CHECK(json::parse(answer.body()) == json{{"events", json::array()}});
    CHECK(source.asked().types == std::vector<std::string>{"server_down", "server_up"});
    CHECK(source.asked().since == 41U);
    CHECK(source.asked().limit == 9);
    for (const auto *bad : {"?limit=0", "?limit=1001", "?since=-1", "?since=x", "?kind=x"}) {
        client.send(get(std::string("/v1/events") + bad));
        CHECK(problem_of(client.receive())["status"] == 400);
    }
}

TEST_CASE("a stream is sent in chunks as its pieces come") {
    Source source;
    const Running server(router_of(source));
    StreamReader listener(server, get("/v1/events", kAccept));
    const auto text = read_until(listener.socket, kSecondPiece);
    CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(text.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(text.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(text.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(text.find("Connection: close\r\n") != std::string::npos);
    CHECK(text.find("Content-Length") == std::string::npos);
    CHECK(text.ends_with("\r\n\r\nd\r\nretry: 2000\n\n\r\n" + kSecondPiece));
}

TEST_CASE("HTTP/1.0 gets a stream up to the end of the connection") {
    Source source;
    const Running server(router_of(source));
    StreamReader listener(server, "GET /v1/events HTTP/1.0\r\n" + kAccept + "\r\n");
    const auto text = read_until(listener.socket, "id: 7\ndata: {}\n\n");
    CHECK(text.find("Transfer-Encoding") == std::string::npos);
    CHECK(text.ends_with("\r\n\r\nretry: 2000\n\nid: 7\ndata: {}\n\n"));
}

TEST_CASE("Last-Event-ID says where a stream goes on, and wins over since") {
    Source source;
    const Running server(router_of(source));
    const auto since = [&](const std::string &target, const std::string &fields) {
        StreamReader listener(server, get(target, kAccept + fields));
        read_until(listener.socket, kSecondPiece);
        return source.asked().since;
    };
    CHECK(since("/v1/events", "Last-Event-ID: 42\r\n") == 42U);
    CHECK(since("/v1/events?since=7", "Last-Event-ID: 42\r\n") == 42U);
    CHECK(since("/v1/events?since=7", "") == 7U);
    CHECK_FALSE(since("/v1/events", "Last-Event-ID: it\r\n"));
    CHECK_FALSE(since("/v1/events", ""));
}

TEST_CASE("HEAD of a stream is its header alone, and keeps none open") {
    Source source;
    const Running server(router_of(source));
    Client client(server.path());
    client.send("HEAD /v1/events HTTP/1.1\r\nHost: localhost\r\n" + kAccept + "\r\n");
    const HttpAnswer answer = client.receive(true);
    CHECK(answer.result_int() == 200);
    CHECK(answer[beast_http::field::content_type] == "text/event-stream");
    CHECK(client.closed());
    CHECK(wait_for([&] { return source.open == 0; }));
}

TEST_CASE("a client that leaves frees its stream") {
    Source source;
    const Running server(router_of(source));
    {
        StreamReader listener(server, get("/v1/events", kAccept));
        read_until(listener.socket, kSecondPiece);
        CHECK(source.open == 1);
    }
    CHECK(wait_for([&] { return source.open == 0; }));
    check_alive(server);
}

TEST_CASE("more streams than may be are refused, other requests are not") {
    Source source;
    const Running server(router_of(source));
    StreamReader first(server, get("/v1/events", kAccept));
    read_until(first.socket, kSecondPiece);
    StreamReader second(server, get("/v1/events", kAccept));
    read_until(second.socket, kSecondPiece);
    Client third(server.path());
    third.send(get("/v1/events", kAccept));
    CHECK(problem_of(third.receive())["status"] == 503);
    third.send(get("/v1/events"));
    CHECK(third.receive().result_int() == 200);
    check_alive(server);
}

TEST_CASE("what a client asks behind a stream is not answered: the stream ends") {
    Source source;
    const Running server(router_of(source));
    Client client(server.path());
    client.send(get("/v1/events", kAccept));
    CHECK(wait_for([&] { return source.open == 1; }));
    client.send(get("/v1/status"));
    const HttpAnswer answer = client.receive();
    CHECK(answer.body() == "retry: 2000\n\nid: 7\ndata: {}\n\n");
    CHECK(client.closed());
    CHECK(wait_for([&] { return source.open == 0; }));
}

TEST_CASE("a server that stops ends its streams whole") {
    Source source;
    Running server(router_of(source));
    StreamReader listener(server, get("/v1/events", kAccept));
    read_until(listener.socket, kSecondPiece);
    server.stop();
    CHECK(read_until(listener.socket, "never comes") == "0\r\n\r\n");
    server.join();
    CHECK(source.open == 0);
}

TEST_CASE("a client that does not take its stream is let go") {
    Source source;
    source.pieces.assign(8, std::string(kLargeAnswer / 8, 'x')); // more than the socket holds
    Limits limits;
    limits.timeout = 200ms;
    const Running server(router_of(source), limits);
    const StreamReader listener(server, get("/v1/events", kAccept));
    CHECK(wait_for([&] { return source.open == 1; }));
    CHECK(wait_for([&] { return source.open == 0; }));
    check_alive(server);
}

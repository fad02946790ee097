// SPDX-License-Identifier: Apache-2.0
//
// The server over real sockets, with requests as bytes.
#include "api/routes.hpp"
#include "api/server.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "sipsteer-api-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
    fs::path path_;
};

constexpr std::size_t kLargeAnswer = 8 * 1024 * 1024; // more than a socket's buffers hold

Router example_router() {
    Sources sources;
    sources.status = [] { return json{{"state", "running"}}; };
    sources.calls = [](const CallsQuery &query) { return json{{"limit", query.limit}}; };
    Router router = make_router(std::move(sources));
    router.add("PUT", "/echo", [](const Request &request) {
        return json_response(json{{"bytes", request.body.size()}});
    });
    router.add("GET", "/large",
               [](const Request &) { return json_response(std::string(kLargeAnswer, 'x')); });
    router.add("GET", "/throw",
               [](const Request &) -> Response { throw std::runtime_error("broken"); });
    return router;
}

/// A server on a thread of its own.
class Running {
public:
    explicit Running(const Limits &limits = {}) : path_(folder_.file("api.sock")) {
        server_.emplace(io_, example_router(), limits);
        const Status status = server_->listen(path_, 0660);
        REQUIRE(status.ok());
        thread_ = std::thread([this] {
            io_.run();
            ended_ = true;
        });
    }
    ~Running() {
        stop();
        join();
    }
    void stop() {
        asio::post(io_, [this] { server_->stop(); });
    }
    /// Until the io_context has nothing left to do.
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    bool ended() const { return ended_; }
    const std::string &path() const { return path_; }

private:
    Folder folder_;
    std::string path_;
    asio::io_context io_;
    std::optional<Server> server_;
    std::thread thread_;
    std::atomic<bool> ended_ = false;
};

using HttpAnswer = http::response<http::string_body>;

class Client {
public:
    explicit Client(const std::string &path) : socket_(io_) { socket_.connect({path}); }

    void send(const std::string &bytes) { asio::write(socket_, asio::buffer(bytes)); }

    /// As much of it as the server takes.
    void try_send(const std::string &bytes) {
        error_code ignored;
        asio::write(socket_, asio::buffer(bytes), ignored);
    }

    void end_sending() { socket_.shutdown(asio::local::stream_protocol::socket::shutdown_send); }

    HttpAnswer receive(bool head = false) {
        http::response_parser<http::string_body> parser;
        parser.body_limit(boost::none);
        parser.skip(head);
        http::read(socket_, buffer_, parser);
        return parser.release();
    }

    /// Whether the server has closed the connection without a further byte. Waits for it.
    bool closed() {
        char byte = 0;
        error_code failed;
        const auto got = socket_.read_some(asio::buffer(&byte, 1), failed);
        return buffer_.size() == 0 && got == 0 && failed;
    }

private:
    asio::io_context io_;
    asio::local::stream_protocol::socket socket_;
    boost::beast::flat_buffer buffer_;
};

std::string get(const std::string &target, const std::string &fields = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string long_path(std::size_t bytes) {
    std::string path(bytes, 'a');
    path[0] = '/';
    return path;
}

json problem_of(const HttpAnswer &answer) {
    CHECK(answer[http::field::content_type] == "application/problem+json");
    const json problem = json::parse(answer.body());
    CHECK(problem["status"] == answer.result_int());
    CHECK_FALSE(problem["detail"].get<std::string>().empty());
    return problem;
}

/// The server still serves a well-behaved client.
void check_alive(const Running &server) {
    Client client(server.path());
    client.send(get("/v1/status"));
    CHECK(client.receive().result_int() == 200);
}

template <typename Condition>
bool wait_for(Condition condition) {
    for (const auto end = Clock::now() + 10s; Clock::now() < end;) {
        if (condition()) {
            return true;
        }
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

mode_t mode_of(const std::string &path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// A socket's file that nobody listens on any more.
void leave_stale_socket(const std::string &path) {
    asio::io_context io;
    asio::local::stream_protocol::acceptor(io, {path});
    REQUIRE(fs::is_socket(path));
}

} // namespace

TEST_CASE("an answer has its fields and its body") {
    const Running server;
    Client client(server.path());
    client.send(get("/v1/calls?limit=7"));
    const HttpAnswer answer = client.receive();
    CHECK(answer.result_int() == 200);
    CHECK(answer.version() == 11);
    CHECK(answer.body() == "{\"limit\":7}\n");
    CHECK(answer[http::field::content_type] == "application/json");
    CHECK(answer[http::field::cache_control] == "no-store");
    CHECK(answer[http::field::server].starts_with("sipsteer/"));
    CHECK(answer[http::field::date].ends_with(" GMT"));
    CHECK(answer[http::field::content_length] == "12");
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
    CHECK(client.receive()[http::field::connection] == "close");
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
    requests += "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
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
        CHECK(keeping.receive()[http::field::connection] == "keep-alive");
    }
}

TEST_CASE("HEAD is GET without the body") {
    const Running server;
    Client client(server.path());
    client.send("HEAD /v1/status HTTP/1.1\r\nHost: x\r\n\r\n" + get("/v1/status"));
    const HttpAnswer head = client.receive(true);
    const HttpAnswer whole = client.receive();
    CHECK(head.result_int() == 200);
    CHECK(head.body().empty());
    CHECK(head[http::field::content_length] == std::to_string(whole.body().size()));
    CHECK(whole.body() == "{\"state\":\"running\"}\n");

    client.send("HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + get("/v1/status"));
    CHECK(client.receive(true).result_int() == 404);
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("a wrong method is 405 with Allow") {
    const Running server;
    Client client(server.path());
    client.send("DELETE /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == 405);
    CHECK(answer[http::field::allow] == "GET, HEAD");
    client.send("FROBNICATE /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.receive().result_int() == 405);
}

TEST_CASE("bodies are read, whole and in chunks") {
    const Running server;
    Client client(server.path());
    const std::string most(1024 * 1024, 'x');
    client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + most);
    CHECK(json::parse(client.receive().body())["bytes"] == 1048576);
    client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    CHECK(json::parse(client.receive().body())["bytes"] == 11);
    client.send("GET /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(client.receive().result_int() == 200);
    client.send(get("/v1/status"));
    CHECK(client.receive().result_int() == 200);
}

TEST_CASE("a client that asks may send its body") {
    const Running server;
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                "Expect: 100-continue\r\n\r\n");
    CHECK(client.receive(true).result_int() == 100);
    client.send("hello");
    CHECK(json::parse(client.receive().body())["bytes"] == 5);
}

TEST_CASE("too much is refused, and the connection ended") {
    const Running server;
    const std::string start = "PUT /echo HTTP/1.1\r\nHost: x\r\n";
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
        CHECK(answer[http::field::connection] == "close");
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
        "GET /v1/status HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
        "GET /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        "Content-Length: 4\r\n\r\nabcd",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    INFO(request);
    Client client(server.path());
    client.send(request);
    const HttpAnswer answer = client.receive();
    CHECK(problem_of(answer)["status"] == 400);
    CHECK(answer[http::field::connection] == "close");
    CHECK(client.closed());
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

TEST_CASE("a slow client is told so and let go") {
    Limits limits;
    limits.timeout = 200ms;
    const Running server(limits);
    const auto part = GENERATE(as<std::string>{}, "G", "GET /v1/status HTTP/1.1\r\nHos",
                               "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
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
    first->send(get("/v1/status"));
    CHECK(first->receive().result_int() == 200);
    second.send(get("/v1/status"));
    CHECK(second.receive().result_int() == 200);

    Client third(server.path());
    const HttpAnswer answer = third.receive();
    CHECK(problem_of(answer)["status"] == 503);
    CHECK(answer[http::field::retry_after] == "1");
    CHECK(third.closed());

    first.reset();
    CHECK(wait_for([&] {
        Client client(server.path());
        client.try_send(get("/v1/status"));
        return client.receive().result_int() == 200;
    }));
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

TEST_CASE("the socket's file has the mode asked for, whatever the umask") {
    const Folder folder;
    asio::io_context io;
    Server server(io, example_router());
    const mode_t before = umask(077);
    const Status status = server.listen(folder.file("run/deep/api.sock"), 0666);
    umask(before);
    REQUIRE(status.ok());
    CHECK(mode_of(folder.file("run/deep/api.sock")) == 0666);
    CHECK(mode_of(folder.file("run/deep")) == 0755);
}

TEST_CASE("a stale socket is replaced") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    leave_stale_socket(path);
    asio::io_context io;
    {
        Server server(io, example_router());
        CHECK(server.listen(path, 0600).ok());
        CHECK(fs::is_socket(path));
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a socket that another daemon answers on is left alone") {
    const Running server;
    asio::io_context io;
    {
        Server second(io, example_router());
        const Status status = second.listen(server.path(), 0660);
        REQUIRE_FALSE(status.ok());
        CHECK(status.error().message == "another daemon answers on " + server.path());
    }
    check_alive(server);
}

TEST_CASE("a file that is not a socket is left alone") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    std::ofstream(path) << "precious";
    asio::io_context io;
    Server server(io, example_router());
    const Status status = server.listen(path, 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == path + " is there and is not a socket");
    server.stop();
    CHECK(fs::is_regular_file(path));
}

TEST_CASE("only its own file is removed at the end") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    asio::io_context io;
    Server server(io, example_router());
    REQUIRE(server.listen(path, 0660).ok());
    fs::remove(path);
    leave_stale_socket(path);
    server.stop();
    CHECK(fs::is_socket(path));
}

TEST_CASE("a path that cannot be had is an error that says why") {
    const Folder folder;
    asio::io_context io;
    Server server(io, example_router());
    const std::string too_long = folder.file(std::string(120, 'x'));
    Status status = server.listen(too_long, 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "socket path \"" + too_long + "\" must have 1 to 107 bytes");

    std::ofstream(folder.file("file")) << "";
    status = server.listen(folder.file("file/api.sock"), 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message.find("folder " + folder.file("file")) == 0);
}

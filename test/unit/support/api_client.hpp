// SPDX-License-Identifier: Apache-2.0
//
// A server on a thread, and a client that sends it bytes over a real socket.
#pragma once

#include "answers.hpp"
#include "api/routes.hpp"
#include "fake_calls.hpp"
#include "http/server.hpp"
#include "http/stream_socket.hpp"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace sipsteer::api::test {

using namespace sipsteer::http;

using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace beast_http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

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

inline constexpr std::size_t kLargeAnswer = 8 * 1024 * 1024; // more than a socket's buffers hold

inline Router example_router() {
    Sources sources;
    sources.status = [] { return http::test::ready(json_text(json{{"state", "running"}})); };
    Router router = make_router(std::move(sources));
    add_calls_routes(router, fake_calls());
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
    explicit Running(const Limits &limits = {}) : Running(example_router(), limits) {}
    explicit Running(Router router, const Limits &limits = {}) : path_(folder_.file("api.sock")) {
        server_.emplace(io_, std::move(router), limits);
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

using HttpAnswer = beast_http::response<beast_http::string_body>;

class Client {
public:
    explicit Client(const std::string &path)
        : socket_(connected<asio::local::stream_protocol>(io_, {path})) {}
    explicit Client(std::uint16_t port) // of the loopback
        : socket_(connected<asio::ip::tcp>(io_, {asio::ip::address_v4::loopback(), port})) {}
    Client(std::uint16_t port, const std::string &from)
        : socket_(connected<asio::ip::tcp>(io_, {asio::ip::address_v4::loopback(), port}, from)) {}

    void send(const std::string &bytes) { asio::write(socket_, asio::buffer(bytes)); }

    /// As much of it as the server takes.
    void try_send(const std::string &bytes) {
        error_code ignored;
        asio::write(socket_, asio::buffer(bytes), ignored);
    }

    void end_sending() { socket_.shutdown(StreamSocket::shutdown_send); }

    HttpAnswer receive(bool head = false) {
        beast_http::response_parser<beast_http::string_body> parser;
        parser.body_limit(boost::none);
        parser.skip(head);
        beast_http::read(socket_, buffer_, parser);
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
    template <typename Protocol>
    static StreamSocket connected(asio::io_context &io, const typename Protocol::endpoint &to,
                                  const std::string &from = {}) {
        typename Protocol::socket socket(io);
        if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) {
            if (!from.empty()) {
                socket.open(Protocol::v4());
                socket.bind({asio::ip::make_address(from), 0});
            }
        }
        socket.connect(to);
        return socket;
    }

    asio::io_context io_;
    StreamSocket socket_;
    boost::beast::flat_buffer buffer_;
};

inline std::string get(const std::string &target, const std::string &fields = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

inline std::string long_path(std::size_t bytes) {
    std::string path(bytes, 'a');
    path[0] = '/';
    return path;
}

inline json problem_of(const HttpAnswer &answer) {
    CHECK(answer[beast_http::field::content_type] == "application/problem+json");
    const json problem = json::parse(answer.body());
    CHECK(problem["status"] == answer.result_int());
    CHECK_FALSE(problem["detail"].get<std::string>().empty());
    return problem;
}

/// The server still serves a well-behaved client.
inline void check_alive(const Running &server) {
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

} // namespace sipsteer::api::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/access.hpp"
#include "http/client_address.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "http/transport.hpp"
#include "http/wire.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace sipsteer::http {

/// One client's connection: its requests are read, handled and answered one after the other, so
/// that the answers to pipelined requests keep their order (RFC 9112, 9.3.2).
class Session : public std::enable_shared_from_this<Session> {
public:
    using Clock = std::chrono::steady_clock;

    /// `aside` has a thread that reads long bodies.
    Session(Transport stream, ClientAddress client, std::shared_ptr<const Router> router,
            Access access, const Limits &limits, boost::asio::any_io_executor aside);

    /// Serves the client until it goes or has to go.
    boost::asio::awaitable<void> run();

    /// Takes no further request. An answer that is being sent is finished first.
    void stop();

    const std::string &source() const { return client_.source; }

    /// A request of it was one that not everybody may make, and it may.
    bool is_known() const { return known_; }

    /// Since when it has been waiting for a request; nothing while it serves one.
    std::optional<Clock::time_point> idle_since() const { return idle_since_; }

    /// Closes the connection at once.
    void abort();

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using Expired = void (Session::*)();

    boost::asio::awaitable<bool> begin();
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> serve(Request request, Parser &parser);
    boost::asio::awaitable<boost::system::error_code> read_header(Parser &parser);
    boost::asio::awaitable<boost::system::error_code> read_body(Parser &parser);
    boost::asio::awaitable<boost::system::error_code> read_until(bool (Parser::*done)() const,
                                                                 Parser &parser);
    boost::asio::awaitable<void> read_more(Parser &parser, boost::system::error_code &failed);
    boost::asio::awaitable<bool> refuse(const Parser &parser,
                                        const boost::system::error_code &failed);
    boost::asio::awaitable<bool> send(std::string answer);
    boost::asio::awaitable<void> send_stream(Response response, unsigned version, bool head);
    boost::asio::awaitable<bool> send_pieces(Stream &stream, bool chunked);
    void end_stream_with_client(const std::shared_ptr<Stream> &stream);
    boost::asio::awaitable<void> linger();
    std::variant<Request, Response> admit(const HttpRequest &http);
    std::chrono::milliseconds patience() const;
    boost::asio::awaitable<Response> answer(Request &request) const;

    void arm(std::chrono::milliseconds after, Expired expired);
    void disarm();
    void time_out_reading();

    Transport stream_;
    ClientAddress client_;
    std::shared_ptr<const Router> router_;
    Access access_;
    Limits limits_;
    boost::asio::any_io_executor aside_;
    boost::beast::flat_buffer buffer_; // what came after the request being served
    boost::asio::steady_timer timer_;
    std::uint64_t turn_ = 0;       // of the timer: one that fired before it was set again is void
    std::shared_ptr<Stream> body_; // that is being sent
    std::optional<Clock::time_point> idle_since_;
    bool known_ = false;
    bool sending_ = false;
    bool stopping_ = false;
    bool timed_out_ = false;
};

} // namespace sipsteer::http

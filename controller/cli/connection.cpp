// SPDX-License-Identifier: Apache-2.0
#include "cli/connection.hpp"

#include "cli/input_file.hpp"
#include "cli/words.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::use_awaitable;
using boost::system::error_code;
using nlohmann::json;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::uint64_t kLargestAnswer = std::uint64_t{64} * 1024 * 1024;

/// The answer's body as it comes; its head has been read.
template <typename Stream>
asio::awaitable<void> read_pieces(Stream &stream, beast::flat_buffer &buffer, Exchange &exchange) {
    auto &body = exchange.parser.get().body();
    while (!exchange.parser.is_done()) {
        beast::get_lowest_layer(stream).expires_after(exchange.patience);
        co_await http::async_read_some(stream, buffer, exchange.parser, use_awaitable);
        exchange.take(body);
        body.clear();
    }
}

/// On a stream that is connected.
template <typename Stream>
asio::awaitable<void> send_and_read(Stream &stream, Exchange &exchange) {
    beast::flat_buffer buffer;
    co_await http::async_write(stream, exchange.request, use_awaitable);
    co_await http::async_read_header(stream, buffer, exchange.parser, use_awaitable);
    if (exchange.take && exchange.parser.get().result() == http::status::ok) {
        exchange.parser.body_limit(boost::none);
        exchange.begun();
        co_await read_pieces(stream, buffer, exchange);
    } else {
        co_await http::async_read(stream, buffer, exchange.parser, use_awaitable);
    }
}

asio::awaitable<void> converse_local(const Access &access, Exchange &exchange) {
    beast::basic_stream<Local> stream(co_await asio::this_coro::executor);
    stream.expires_after(kPatience);
    const Local::endpoint place(access.endpoint.socket);
    co_await stream.async_connect(place, use_awaitable);
    co_await send_and_read(stream, exchange);
}

asio::awaitable<void> converse_tcp(const Access &access, Exchange &exchange) {
    const auto executor = co_await asio::this_coro::executor;
    Tcp::resolver resolver(executor);
    const auto places =
        co_await resolver.async_resolve(access.endpoint.host, access.endpoint.port, use_awaitable);
    beast::basic_stream<Tcp> stream(executor);
    stream.expires_after(kPatience);
    co_await stream.async_connect(places, use_awaitable);
    co_await send_and_read(stream, exchange);
}

/// A Host field's value (RFC 9110, 7.2).
std::string host_field(const Endpoint &endpoint) {
    if (!endpoint.socket.empty()) {
        return "localhost";
    }
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + endpoint.port;
}

std::string what_to_do(const error_code &failed) {
    if (failed == asio::error::access_denied) {
        return "; be root or in the group of the socket";
    }
    if (failed == boost::system::errc::no_such_file_or_directory ||
        failed == asio::error::connection_refused) {
        return "; is sipsteerd running, and is this its \"api\" address (--api, SIPSTEER_API)?";
    }
    return {};
}

Result<std::string> read_token(const Context &context) {
    const char *given = std::getenv("SIPSTEER_TOKEN");
    if (context.token_file.empty()) {
        return std::string(given == nullptr ? "" : given);
    }
    auto token = read_input(context.token_file);
    if (token) {
        token->erase(token->find_last_not_of(" \t\r\n") + 1);
    }
    return token;
}

/// A text field of a document from outside; empty if it is not there, or no text.
std::string text_of(const json &object, const char *name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? printable(found->get<std::string>()) : "";
}

} // namespace

Result<Access> find_access(const Context &context) {
    const auto endpoint = parse_endpoint(context.api);
    if (!endpoint) {
        return endpoint.error();
    }
    const auto token = read_token(context);
    if (!token) {
        return token.error();
    }
    return Access{context.api, *endpoint, *token};
}

http::request<Exchange::Body> make_request(const Access &access, const std::string &method,
                                           const std::string &target) {
    http::request<Exchange::Body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, host_field(access.endpoint));
    request.set(http::field::connection, "close");
    if (!access.token.empty()) {
        request.set(http::field::authorization, "Bearer " + access.token);
    }
    return request;
}

asio::awaitable<void> converse(const Access &access, Exchange &exchange) {
    exchange.parser.body_limit(kLargestAnswer);
    return access.endpoint.socket.empty() ? converse_tcp(access, exchange)
                                          : converse_local(access, exchange);
}

std::string not_reachable(const Access &access, const error_code &failed) {
    return "cannot ask the daemon at " + access.place + ": " + failed.message() +
           what_to_do(failed);
}

std::string refusal(const http::response<Exchange::Body> &reply) {
    const json problem = json::parse(reply.body(), nullptr, false);
    std::string text = text_of(problem, "detail");
    if (text.empty()) {
        text = "the daemon answered " + std::to_string(reply.result_int()) + ' ' +
               printable(std::string(reply.reason()));
    }
    const auto errors = problem.is_object() ? problem.find("errors") : problem.end();
    if (errors != problem.end() && errors->is_array()) {
        for (const auto &error : *errors) {
            text += "\n  " + text_of(error, "pointer") + ": " + text_of(error, "detail");
        }
    }
    return text;
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/connection.hpp"

#include "cli/input_file.hpp"
#include "cli/words.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::use_awaitable;
using boost::system::error_code;
using nlohmann::json;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

constexpr auto kPatience = std::chrono::seconds(10);
constexpr auto kLongestSilence = std::chrono::seconds(45);
constexpr std::uint64_t kLargestAnswer = std::uint64_t{64} * 1024 * 1024;

/// The answer's body as it comes; its head has been read.
template <typename Stream>
asio::awaitable<void> read_pieces(Stream &stream, beast::flat_buffer &buffer, Exchange &exchange) {
    auto &body = exchange.parser.get().body();
    while (!exchange.parser.is_done()) {
        beast::get_lowest_layer(stream).expires_after(kLongestSilence);
        co_await http::async_read_some(stream, buffer, exchange.parser, use_awaitable);
        exchange.take(body);
        body.clear();
    }
}

/// Sends the request and reads the answer's head. A daemon that answers before it has read all
/// ("too many connections") makes the writing fail, and its answer says why; without one, that it
/// failed.
template <typename Stream>
asio::awaitable<void> send(Stream &stream, beast::flat_buffer &buffer, Exchange &exchange) {
    error_code unsent;
    error_code unread;
    co_await http::async_write(stream, exchange.request,
                               asio::redirect_error(use_awaitable, unsent));
    co_await http::async_read_header(stream, buffer, exchange.parser,
                                     asio::redirect_error(use_awaitable, unread));
    if (unread) {
        throw boost::system::system_error(unsent ? unsent : unread);
    }
}

/// On a stream that is connected.
template <typename Stream>
asio::awaitable<void> send_and_read(Stream &stream, Exchange &exchange) {
    beast::flat_buffer buffer;
    co_await send(stream, buffer, exchange);
    if (exchange.take && exchange.parser.get().result() == http::status::ok) {
        exchange.parser.body_limit(boost::none);
        exchange.say_no_more = [&stream] {
            error_code ignored;
            beast::get_lowest_layer(stream).socket().shutdown(asio::socket_base::shutdown_send,
                                                              ignored);
        };
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

asio::awaitable<void> connect(const Endpoint &endpoint, beast::basic_stream<Tcp> &stream) {
    Tcp::resolver resolver(stream.get_executor());
    const auto places =
        co_await resolver.async_resolve(endpoint.host, endpoint.port, use_awaitable);
    stream.expires_after(kPatience);
    co_await stream.async_connect(places, use_awaitable);
}

asio::awaitable<void> converse_tcp(const Access &access, Exchange &exchange) {
    beast::basic_stream<Tcp> stream(co_await asio::this_coro::executor);
    co_await connect(access.endpoint, stream);
    co_await send_and_read(stream, exchange);
}

/// The certificate must be for this host (RFC 9110, 4.3.4).
void expect_host(SSL *connection, const std::string &host) {
    error_code no_address;
    asio::ip::make_address(host, no_address);
    if (no_address) {
        SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char *>(host.c_str())); // it is copied
        SSL_set1_host(connection, host.c_str());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str());
    }
}

asio::awaitable<void> converse_tls(const Access &access, Exchange &exchange) {
    ssl::stream<beast::basic_stream<Tcp>> stream(co_await asio::this_coro::executor, *access.tls);
    expect_host(stream.native_handle(), access.endpoint.host);
    co_await connect(access.endpoint, stream.next_layer());
    try {
        co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
    } catch (const boost::system::system_error &) {
        const long result = SSL_get_verify_result(stream.native_handle());
        exchange.untrusted = result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
        throw;
    }
    co_await send_and_read(stream, exchange);
}

/// For whom a certificate speaks is decided by the file's authorities, or else by the system's.
Result<std::shared_ptr<ssl::context>> make_tls(const std::string &ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    error_code failed;
    if (ca_file.empty()) {
        context->set_default_verify_paths(failed);
    } else {
        context->load_verify_file(ca_file, failed);
    }
    if (failed) {
        return Error{(ca_file.empty() ? "the system's certificates" : ca_file) + ": " +
                     failed.message()};
    }
    return context;
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
        return "; run this as root or join the group of the socket";
    }
    if (failed == boost::system::errc::no_such_file_or_directory ||
        failed == asio::error::connection_refused) {
        return "; start sipsteerd, or name its address with --api or SIPSTEER_API";
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
std::string words_of(const json &object, const char *name) {
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
    Access access{context.api, *endpoint, *token};
    if (endpoint->tls) {
        auto tls = make_tls(context.ca_file);
        if (!tls) {
            return Error{"--ca-file: " + tls.error().message};
        }
        access.tls = std::move(*tls);
    } else if (!context.ca_file.empty()) {
        return Error{"--ca-file: " + context.api + " does not speak https"};
    }
    return access;
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
    if (!access.endpoint.socket.empty()) {
        return converse_local(access, exchange);
    }
    return access.tls ? converse_tls(access, exchange) : converse_tcp(access, exchange);
}

std::string not_reachable(const Access &access, const Exchange &exchange,
                          const error_code &failed) {
    if (!exchange.untrusted.empty()) {
        return "the certificate of " + access.place + " is not trusted: " + exchange.untrusted +
               "; name its authority with --ca-file, its host name with --api";
    }
    return "cannot reach the daemon at " + access.place + ": " + failed.message() +
           what_to_do(failed);
}

std::string refusal(const http::response<Exchange::Body> &reply) {
    const json problem = json::parse(reply.body(), nullptr, false);
    std::string text = words_of(problem, "detail");
    if (text.empty()) {
        text = "the daemon answered " + std::to_string(reply.result_int()) + ' ' +
               printable(std::string(reply.reason()));
    }
    const auto errors = problem.is_object() ? problem.find("errors") : problem.end();
    if (errors != problem.end() && errors->is_array()) {
        for (const auto &error : *errors) {
            text += "\n  " + words_of(error, "pointer") + ": " + words_of(error, "detail");
        }
    }
    return text;
}

} // namespace sipsteer::cli

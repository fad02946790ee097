// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include "cli/endpoint.hpp"
#include "cli/input_file.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdlib>
#include <optional>

namespace sipsteer::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::uint64_t kLargestAnswer = std::uint64_t{64} * 1024 * 1024;

using Reply = http::response<http::string_body>;

struct Exchange {
    http::request<http::string_body> request;
    http::response_parser<http::string_body> parser;
    beast::flat_buffer buffer;
    error_code failed;
};

/// Sends and reads on a stream that is connected; `failed` says how that went.
template <typename Stream>
void exchange(asio::io_context &io, Stream &stream, Exchange &work) {
    http::async_write(stream, work.request, [&](error_code failed, std::size_t) {
        work.failed = failed;
        if (!failed) {
            http::async_read(stream, work.buffer, work.parser,
                             [&](error_code ended, std::size_t) { work.failed = ended; });
        }
    });
    io.restart();
    io.run();
}

template <typename Stream, typename Where>
void connect(asio::io_context &io, Stream &stream, const Where &where, Exchange &work) {
    stream.expires_after(kPatience);
    stream.async_connect(where, [&](error_code failed, auto &&...) { work.failed = failed; });
    io.run();
}

void talk(const Endpoint &endpoint, Exchange &work) {
    asio::io_context io;
    if (!endpoint.socket.empty()) {
        using Local = asio::local::stream_protocol;
        beast::basic_stream<Local> stream(io);
        connect(io, stream, Local::endpoint(endpoint.socket), work);
        if (!work.failed) {
            exchange(io, stream, work);
        }
        return;
    }
    using Tcp = asio::ip::tcp;
    const auto places = Tcp::resolver(io).resolve(endpoint.host, endpoint.port, work.failed);
    if (work.failed) {
        return;
    }
    beast::basic_stream<Tcp> stream(io);
    connect(io, stream, places, work);
    if (!work.failed) {
        exchange(io, stream, work);
    }
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

/// The bearer token (RFC 6750); empty: none.
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

/// The daemon's words for why it refused.
std::string refusal(const Reply &reply, const nlohmann::json &problem) {
    std::string text = problem.is_object() ? problem.value("detail", "") : "";
    if (text.empty()) {
        text = "the daemon answered " + std::to_string(reply.result_int()) + ' ' +
               std::string(reply.reason());
    }
    if (!problem.is_object() || !problem.contains("errors")) {
        return text;
    }
    for (const auto &error : problem["errors"]) {
        text += "\n  " + error.value("pointer", "") + ": " + error.value("detail", "");
    }
    return text;
}

ApiAnswer judge(const Reply &reply) {
    ApiAnswer answer{nlohmann::json::parse(reply.body(), nullptr, false)};
    if (reply.result_int() >= 300) {
        answer.exit_code = fail(kExitFailed, refusal(reply, answer.body));
    } else if (answer.body.is_discarded()) {
        answer.exit_code = fail(kExitFailed, "the daemon's answer is not JSON");
    }
    return answer;
}

} // namespace

ApiAnswer ask(const Context &context, const ApiRequest &request) {
    const auto endpoint = parse_endpoint(context.api);
    if (!endpoint) {
        return {{}, fail(kExitUsage, endpoint.error().message)};
    }
    const auto token = read_token(context);
    if (!token) {
        return {{}, fail(kExitUsage, token.error().message)};
    }
    Exchange work;
    work.parser.body_limit(kLargestAnswer);
    work.request = {http::string_to_verb(request.method), request.target, 11, request.body};
    work.request.set(http::field::host, endpoint->socket.empty() ? endpoint->host : "localhost");
    work.request.set(http::field::connection, "close");
    if (!token->empty()) {
        work.request.set(http::field::authorization, "Bearer " + *token);
    }
    if (!request.body.empty()) {
        work.request.set(http::field::content_type, request.content_type);
        work.request.prepare_payload();
    }
    talk(*endpoint, work);
    if (work.failed) {
        return {{},
                fail(kExitNotReachable, "cannot ask the daemon at " + context.api + ": " +
                                            work.failed.message() + what_to_do(work.failed))};
    }
    return judge(work.parser.get());
}

std::string escape(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    static constexpr std::string_view kUnreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string escaped;
    for (const char c : text) {
        if (kUnreserved.find(c) != kUnreserved.npos) {
            escaped += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        escaped += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return escaped;
}

} // namespace sipsteer::cli

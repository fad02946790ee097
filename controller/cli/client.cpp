// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include "cli/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

namespace sipsteer::cli {

namespace {

namespace http = boost::beast::http;

ApiAnswer judge(const http::response<Exchange::Body> &reply) {
    ApiAnswer answer{nlohmann::json::parse(reply.body(), nullptr, false)};
    if (reply.result_int() >= 300) {
        answer.exit_code = kExitFailed;
        answer.problem = refusal(reply);
    } else if (answer.body.is_discarded()) {
        answer.exit_code = kExitFailed;
        answer.problem = "the daemon's answer is not JSON";
    }
    return answer;
}

} // namespace

ApiAnswer ask_silently(const Context &context, const ApiRequest &request) {
    const auto access = find_access(context);
    if (!access) {
        return {{}, kExitUsage, access.error().message};
    }
    Exchange exchange;
    exchange.request = make_request(*access, request.method, request.target);
    if (!request.body.empty()) {
        exchange.request.body() = request.body;
        exchange.request.set(http::field::content_type, request.content_type);
        exchange.request.prepare_payload();
    }
    boost::asio::io_context io;
    std::exception_ptr failed;
    boost::asio::co_spawn(io, converse(*access, exchange),
                          [&failed](std::exception_ptr error) { failed = std::move(error); });
    io.run();
    try {
        if (failed) {
            std::rethrow_exception(failed);
        }
    } catch (const boost::system::system_error &error) {
        return {{}, kExitNotReachable, not_reachable(*access, exchange, error.code())};
    }
    return judge(exchange.parser.get());
}

ApiAnswer ask(const Context &context, const ApiRequest &request) {
    auto answer = ask_silently(context, request);
    if (!answer.ok()) {
        fail(static_cast<ExitCode>(answer.exit_code), answer.problem);
    }
    return answer;
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

std::string query(const std::vector<std::pair<std::string, std::string>> &parameters) {
    std::string text;
    for (const auto &[name, value] : parameters) {
        if (!value.empty()) {
            text += (text.empty() ? "?" : "&") + name + '=' + escape(value);
        }
    }
    return text;
}

} // namespace sipsteer::cli

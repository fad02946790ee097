// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include "cli/connection.hpp"

namespace sipsteer::cli {

namespace {

ApiAnswer judge(const Reply &reply) {
    ApiAnswer answer{nlohmann::json::parse(reply.body, nullptr, false)};
    if (reply.status >= 300) {
        answer.exit_code = kExitFailed;
        answer.problem = refusal(reply);
    } else if (answer.body.is_discarded()) {
        answer.exit_code = kExitFailed;
        answer.problem = "the daemon's answer is not JSON";
    }
    answer.status = reply.status;
    answer.etag = reply.etag;
    return answer;
}

} // namespace

ApiAnswer ask_silently(const Context &context, const ApiRequest &request) {
    const auto access = find_access(context);
    if (!access) {
        return {{}, kExitUsage, access.error().message};
    }
    Exchange exchange{request.method, request.target};
    if (!request.body.empty()) {
        exchange.body = request.body;
        exchange.fields = {{"Content-Type", request.content_type}};
    }
    if (!request.if_match.empty()) {
        exchange.fields.emplace_back("If-Match", request.if_match);
    }
    if (const auto ended = converse(*access, exchange); !ended) {
        return {{}, kExitNotReachable, ended.error().message};
    }
    return judge(exchange.reply);
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

// SPDX-License-Identifier: Apache-2.0
#include "cli/access.hpp"

#include "base/address.hpp"
#include "cli/input_file.hpp"
#include "cli/tls.hpp"

#include <cstdlib>

namespace sipsteer::cli {

namespace {

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

/// Plain text that leaves this host. No other name than localhost is believed: a resolver may say
/// what it likes.
bool network_reads(const Endpoint &endpoint) {
    if (!endpoint.socket.empty() || endpoint.tls) {
        return false;
    }
    const auto address = Address::parse(endpoint.host);
    return address ? !address->is_loopback() : endpoint.host != "localhost";
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
    if (!token->empty() && network_reads(*endpoint) && !context.token_in_clear) {
        return Error{"--api: " + context.api +
                     " is plain text, so the network could read the token; use https, or add "
                     "--token-in-clear if you mean it"};
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

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <utility>

namespace sipsteer::cli {

/// Where the daemon's API is.
struct Endpoint {
    std::string socket; // path of a Unix socket; empty: TCP
    std::string host;
    std::string port;
    bool tls = false;
};

/// From "/run/sipsteer/api.sock", "unix:/run/sipsteer/api.sock", "http://192.0.2.1:8080",
/// "http://[2001:db8::1]:8080" or "https://balancer.example:8443".
Result<Endpoint> parse_endpoint(const std::string &text);

/// "192.0.2.1:9060", "[2001:db8::1]:9060" or "homer.example:9060", in two; nothing for other text.
std::optional<std::pair<std::string, std::string>> parse_host_and_port(const std::string &text);

} // namespace sipsteer::cli

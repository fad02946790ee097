// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <string>

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

} // namespace sipsteer::cli

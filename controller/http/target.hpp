// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::http {

/// The target of a request (RFC 9112, 3.2), its percent-escapes decoded.
struct Target {
    std::string path;                                       // as it came, for the log
    std::vector<std::string> segments;                      // "/v1/calls/" has "v1", "calls" and ""
    std::vector<std::pair<std::string, std::string>> query; // in order; "flag" has an empty value
};

/// From "/path?query" or "http://host/path?query", or https; nothing if it is neither.
std::optional<Target> parse_target(std::string_view text);

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// What describe() (offline.hpp) found, in lines for a person.
std::string in_words(const nlohmann::json &datagram);

/// The same of a datagram of a capture, in one line.
std::string in_one_line(const nlohmann::json &datagram);

/// What the daemon says of the way of a call, by pool (GET /v1/calls/{call-id}), or of a datagram
/// (POST /v1/explain).
std::string way_in_words(const nlohmann::json &answer);

/// "2026-11-22T07:00:00Z" (RFC 3339).
std::string utc_time(std::int64_t unix_seconds);

/// Text from outside, safe for a terminal: control characters are written \xNN.
std::string printable(const std::string &text);

} // namespace sipsteer::cli

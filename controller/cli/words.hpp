// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

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

/// "192.0.2.1:5060", "[2001:db8::1]:5060"; the address alone if the port is 0.
std::string with_port(const Address &address, std::uint16_t port);

/// Text from outside, safe for a terminal (base/plain_text.hpp).
std::string printable(const std::string &text);

} // namespace sipsteer::cli

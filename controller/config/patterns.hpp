// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions (ECMA 262) for the JSON Schema: what a rule lets through, said so that an
// editor can judge it. Without anchors, unless a function says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sipsteer::config {

/// A whole number from `least` to `most` in decimal digits, zeros before it or not.
std::string number_pattern(std::uint64_t least, std::uint64_t most);

/// A port as std::from_chars() reads it: 1 to 65535.
std::string port_pattern();

/// As inet_pton() reads them.
std::string ipv4_pattern();
std::string ipv6_pattern();

/// From `least` to `most`, both anchored; only whole seconds if `whole_seconds`, then from 1s up.
std::string duration_pattern(std::chrono::milliseconds least, std::chrono::milliseconds most,
                             bool whole_seconds);

} // namespace sipsteer::config

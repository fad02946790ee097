// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace sipsteer::config {

/// What a document may have at most. Reading takes a time and a memory that grow with its length,
/// and these bound what goes through it afterwards.
inline constexpr std::size_t kMostDepth = 32;       // the configuration is six deep
inline constexpr std::size_t kMostValues = 150'000; // the largest configuration has 110,000
inline constexpr std::size_t kMostNameBytes = 256;  // of a field's name

/// The JSON in `text` (RFC 8259: no comments, no trailing commas). Nothing, and one error, if it
/// is not JSON (with line and column) or goes beyond a limit, which the error names. Fields given
/// twice in an object, of which a parser keeps only the last, are errors too, but do not keep the
/// document from being returned.
std::optional<nlohmann::json> parse_json(std::string_view text, Errors &errors);

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace sipsteer::config {

/// The JSON in `text` (RFC 8259: no comments, no trailing commas). Nothing, and one error with
/// line and column, if it is not JSON or nested too deep. Fields given twice in an object, of which
/// a parser keeps only the last, are errors too, but do not keep the document from being returned.
std::optional<nlohmann::json> parse_json(std::string_view text, Errors &errors);

} // namespace sipsteer::config

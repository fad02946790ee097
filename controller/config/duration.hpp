// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace sipsteer::config {

/// From a whole number and a unit, "500ms", "5s", "30m" or "2h"; nothing for any other text, nor
/// for a number of more than nine digits.
std::optional<std::chrono::milliseconds> parse_duration(const std::string &text);

/// The shortest text that parse_duration() takes for this; not for negative durations.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace sipsteer::config

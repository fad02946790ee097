// SPDX-License-Identifier: Apache-2.0
//
// Times as people write them.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sipsteer::cli {

/// "30s", "10m", "2h", "1d"; nothing for another text.
std::optional<std::chrono::milliseconds> parse_time(const std::string &text);

/// As parse_time(), the value of an option. The error names the option.
Result<std::chrono::milliseconds> read_time(const std::string &option, const std::string &text);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::doctor {

/// A small file of /proc or /sys, without the line end behind it.
Result<std::string> read_text(const std::string &path);

/// Decimal digits and nothing else.
std::optional<std::uint64_t> number_in(std::string_view text);

/// A number that is all there is in such a file.
Result<std::uint64_t> read_number(const std::string &path);

} // namespace sipsteer::doctor

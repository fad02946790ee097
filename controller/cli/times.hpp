// SPDX-License-Identifier: Apache-2.0
//
// Times as people write them.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <string>

namespace sipsteer::cli {

/// The value of an option: "30s", "10m", "2h". The error names the option.
Result<std::chrono::milliseconds> read_time(const std::string &option, const std::string &text);

} // namespace sipsteer::cli

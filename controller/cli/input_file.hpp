// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>

namespace sipsteer::cli {

/// All bytes of a file; "-": of the standard input.
Result<std::string> read_input(const std::string &file);

} // namespace sipsteer::cli

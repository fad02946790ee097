// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace sipsteer::dataplane {

/// The hash's secret: 16 random bytes in STATE_DIR/secret (mode 0600), made by the first start.
/// Directors that are to give the same answer for the same call share the file.
Result<std::array<std::uint64_t, 2>> load_or_make_secret(const std::string &state_dir);

} // namespace sipsteer::dataplane

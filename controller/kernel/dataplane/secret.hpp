// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace sipsteer::dataplane {

/// The hash's secret: 16 random bytes in STATE_DIR/secret (mode 0600), made by the first start.
/// Directors that are to give the same answer for the same call share the file. A file that is
/// damaged is set aside. One that is missing or damaged is written again from the program that is
/// pinned below `pin_dir`, if there is one.
Result<std::array<std::uint64_t, 2>> load_or_make_secret(const std::string &state_dir,
                                                         const std::string &pin_dir);

} // namespace sipsteer::dataplane

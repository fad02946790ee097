// SPDX-License-Identifier: Apache-2.0
//
// Files in state_dir about what a reboot ends: addresses put on interfaces, times of the monotonic
// clock. What such a file says is of the boot that it names.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer {

/// The object that was saved since the last boot; null if there is none, or it cannot be read.
nlohmann::json load_state(const std::string &file);

/// Replaces the file at once, never half; takes it away if `state` is null. `state` is an object
/// without a field "boot_id".
Status save_state(const std::string &file, nlohmann::json state);

} // namespace sipsteer

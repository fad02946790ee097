// SPDX-License-Identifier: Apache-2.0
//
// What keeps a second daemon away.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <vector>

namespace sipsteer::daemon {

/// Keeps a second daemon away from the same maps (pin_dir), secret and VIPs (state_dir). Both
/// directories are made if they are missing. Held until it is destroyed.
Result<std::vector<Fd>> lock_directories(const config::Config &config);

} // namespace sipsteer::daemon

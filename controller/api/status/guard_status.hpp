// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/status/status_input.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::status {

/// The guard's lists in short: how many prefixes of which action, how many bans.
nlohmann::json guard_json(const GuardSizes &guard);

} // namespace sipsteer::status

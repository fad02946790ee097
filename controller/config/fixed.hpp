// SPDX-License-Identifier: Apache-2.0
//
// Two configurations, and what only a start can change of them (StartupConfig).
#pragma once

#include "config/model.hpp"

#include <string>
#include <vector>

namespace sipsteer::config {

/// The fields in which the two differ, in the order of the description (fields.hpp).
std::vector<std::string> fixed_differences(const StartupConfig &now, const StartupConfig &next);

/// Gives `next` what `now` has in those fields.
void keep_fixed(const StartupConfig &now, StartupConfig &next);

} // namespace sipsteer::config

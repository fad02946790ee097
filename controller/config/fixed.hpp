// SPDX-License-Identifier: Apache-2.0
//
// What only a start can change: the daemon is built on it.
#pragma once

#include "config/model.hpp"

#include <string>
#include <vector>

namespace sipsteer::config {

/// The top-level fields, of those that only a start can change, in which the two differ.
std::vector<std::string> fixed_differences(const Config &now, const Config &next);

/// Gives `next` what `now` has in those fields.
void keep_fixed(const Config &now, Config &next);

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

#include <vector>

namespace sipsteer::config {

/// No prefix stands twice in the lists of one guard: only one of them could be in force.
void check_guards(const Config &config, Errors &errors);

/// Denied prefixes that are unlikely: a VIP's, a server's, everybody without an exception.
void warn_of_guards(const Config &config, std::vector<FieldError> &warnings);

} // namespace sipsteer::config

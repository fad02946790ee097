// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

#include <string>

namespace sipsteer::config {

/// Fields of the pool at `path` that do not go together: a scheduler, key, limit or drain that the
/// pool's mode cannot hold to, numbers of servers that the pool does not have. Leaves out fields
/// that `errors` has already.
void check_pairings(const Pool &pool, const std::string &path, Errors &errors);

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.hpp"

#include <cstddef>

namespace sipsteer::cli {

/// sipsteer get bans: a table of up to `limit` bans.
int list_bans(const Context &context, std::size_t limit);

/// sipsteer get guard: a table of up to `limit` entries of the guard, as the data plane has them.
int list_guard(const Context &context, std::size_t limit);

} // namespace sipsteer::cli

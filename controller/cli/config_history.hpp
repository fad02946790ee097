// SPDX-License-Identifier: Apache-2.0
//
// The last configurations in force, and the way back to one of them. Both give the exit code.
#pragma once

#include "cli/context.hpp"

#include <cstdint>
#include <optional>

namespace sipsteer::cli {

/// Lists them, or prints one.
int show_history(const Context &context, std::optional<std::uint64_t> id);

/// Puts an older one in force as `apply` does a file; without an id the one before the newest.
int roll_back(const Context &context, std::optional<std::uint64_t> id, bool dry_run);

} // namespace sipsteer::cli

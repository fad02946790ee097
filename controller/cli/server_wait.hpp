// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/thing.hpp"

#include <chrono>
#include <optional>

namespace sipsteer::cli {

enum class WaitState { Up, Down, Drained };

struct Awaited {
    Thing server;
    WaitState state = WaitState::Up;
    std::optional<std::chrono::milliseconds> limit; // nothing: none
};

/// Waits until a server has the state, over restarts of the daemon, and prints that. Gives the exit
/// code: kExitTimedOut after the limit, kExitFailed if the state cannot come or at a signal.
int wait_for(const Context &context, const Awaited &awaited);

} // namespace sipsteer::cli

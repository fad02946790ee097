// SPDX-License-Identifier: Apache-2.0
//
// How many files the daemon may have open. Each server that is probed at its own address has a
// socket.
#pragma once

#include "config/model.hpp"

#include <cstdint>

namespace sipsteer::daemon {

/// Raises this process's soft limit to the hard one.
void raise_open_files_limit();

/// How many it may come to with this configuration.
std::uint64_t open_files_wanted(const config::Config &config);

/// Warns if the limit is lower than that.
void check_open_files_limit(const config::Config &config);

} // namespace sipsteer::daemon

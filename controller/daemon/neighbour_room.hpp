// SPDX-License-Identifier: Apache-2.0
//
// How many neighbours the kernel can know: by default 1024 of each address family, on the host and
// all its network namespaces together.
#pragma once

#include "config/model.hpp"

#include <cstddef>

namespace sipsteer::daemon {

/// Addresses of one family whose MACs the configuration needs.
std::size_t neighbours_wanted(const config::Config &config, bool ipv4);

/// Warns if the kernel's limit (gc_thresh3) is lower than that, and others need some, too.
void check_neighbour_room(const config::Config &config);

} // namespace sipsteer::daemon

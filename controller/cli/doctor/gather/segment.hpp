// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <vector>

namespace sipsteer::doctor {

/// The ways to all servers of the configuration, by the kernel's routes. Sends nothing.
std::vector<ServerPlace> gather_places(const config::Config &config);

/// Asks on the segments who has the servers' addresses and the VIPs, and notes the answers. Takes a
/// second. `network` has links, addresses and servers already.
void ask_who_answers(const config::Config &config, Network &network);

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
//
// Taking away all that the daemon, or an earlier run of it, put on this host.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "upkeep/plan.hpp"

#include <cstdint>
#include <map>

namespace sipsteer::upkeep {

/// Takes VIPs off; those that could not be taken off are left in `vips`. Each goes to the log.
void take_off(std::map<Place, std::uint32_t> &vips);

/// Detaches from all interfaces, configured or not, and removes the maps. From those that are
/// configured also a program that has lost its pins. How many programs there were.
Result<unsigned> detach_all(const config::Config &config);

} // namespace sipsteer::upkeep

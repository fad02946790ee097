// SPDX-License-Identifier: Apache-2.0
//
// The guard's maps (sipsteer/guard.h).
#pragma once

#include "base/result.hpp"
#include "kernel/dataplane/maps.hpp"

#include <sipsteer/guard.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sipsteer::dataplane {

/// All that the trie holds. Takes a microsecond or two for each: for a start.
Result<std::vector<std::pair<ss_guard_key, ss_guard>>> read_guard(const Maps &maps);

/// Packets counted at an entry, which must be there: or else those of a shorter prefix.
std::uint64_t read_guard_packets(const Maps &maps, const ss_guard_key &key);

/// The tick of an address's last confirmed call; nothing if there was none, or it is forgotten.
std::optional<std::uint32_t> read_guard_known(const Maps &maps, const ss_guard_source &source);

/// What sources have sent that is no message; SS_MAX_GUARD_MALFORMED of them at most. Takes a
/// microsecond or less for each.
Result<std::vector<std::pair<ss_guard_source, ss_guard_malformed>>>
read_guard_malformed(const Maps &maps);

/// Of a service by its index, over all CPUs; zeros if they cannot be read.
ss_guard_counters read_guard_counters(const Maps &maps, std::uint16_t service);

/// Before the index is given to another service.
void clear_guard_counters(const Maps &maps, std::uint16_t service);

} // namespace sipsteer::dataplane

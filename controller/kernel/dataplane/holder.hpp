// SPDX-License-Identifier: Apache-2.0
//
// Which process has a map open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sipsteer::dataplane {

struct Holder {
    int pid = 0;
    std::string name; // as the kernel has it: at most 15 bytes
};

/// A process other than this one that has the map with that kernel id open. Nothing if there is
/// none, or it is one that this process cannot see: of another PID namespace. A process with this
/// one's name whose descriptors this one may not see counts as one that has.
std::optional<Holder> holder_of_map(std::uint32_t map_id);

} // namespace sipsteer::dataplane

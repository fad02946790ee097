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
    bool seen = true; // false: it may have the map open, its descriptors are hidden
};

/// A process other than this one that has the map with that kernel id open. Nothing if there is
/// none, or it is one that this process cannot see: of another PID namespace. If none is seen to
/// have it, a process with this one's name that may do more, and so hides its descriptors.
std::optional<Holder> holder_of_map(std::uint32_t map_id);

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

struct bpf_object;

namespace sipsteer::dataplane {

/// The sizes of a map, as the kernel tells them.
struct MapShape {
    std::uint32_t type = 0;
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
    std::uint32_t entries = 0;
};

/// In what a map differs from the wanted one: "its values have 16 bytes instead of 64"; empty if in
/// nothing. The number of entries counts if `wanted.entries` is not 0. Pure.
std::string map_difference(const MapShape &found, const MapShape &wanted);

/// Fails if a map that the object would take over from its pin has another shape. The error names
/// the map, the difference and the remedy.
Status check_pins(const bpf_object *object);

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
//
// Values of array maps as memory of this process, and the memory that there is for them.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/mman.h>

namespace sipsteer::dataplane {

/// Maps the values of an array map (BPF_F_MMAPABLE) into memory.
template <typename Value>
Status map_memory(int map, std::size_t count, std::span<Value> &values) {
    void *memory = mmap(nullptr, count * sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (memory == MAP_FAILED) {
        return system_error("cannot map a map's values into memory");
    }
    values = {static_cast<Value *>(memory), count};
    return Done{};
}

template <typename Value>
void unmap_memory(std::span<Value> values) {
    if (!values.empty()) {
        munmap(values.data(), values.size_bytes());
    }
}

/// Bytes that can be had without pushing others out (MemAvailable of proc(5)); nothing if the
/// kernel does not say.
std::optional<std::uint64_t> memory_available();

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
//
// Values that each CPU has of its own.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sipsteer::dataplane {

inline std::size_t cpu_count() {
    static const int count = libbpf_num_possible_cpus();
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

/// One value a CPU; empty if it cannot be read.
template <typename Value>
std::vector<Value> read_per_cpu(int map, std::uint32_t key) {
    static_assert(sizeof(Value) % 8 == 0, "the kernel pads per-CPU values to 8 bytes");
    std::vector<Value> values(cpu_count());
    if (bpf_map_lookup_elem(map, &key, values.data()) != 0) {
        values.clear();
    }
    return values;
}

template <typename Value>
void clear_per_cpu(int map, std::uint32_t key) {
    const std::vector<Value> zeros(cpu_count());
    bpf_map_update_elem(map, &key, zeros.data(), BPF_ANY);
}

} // namespace sipsteer::dataplane

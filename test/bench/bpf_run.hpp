// SPDX-License-Identifier: Apache-2.0
//
// libbpf with errors as exceptions: the bench has nothing to do but to say what failed and stop.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <string>

namespace sipsteer::bench {

/// Throws "WHAT: error" if result is below 0. Gives result.
int must(int result, const std::string &what);

struct XdpRun {
    double ns;            // a run, without the system call's own cost
    std::uint32_t action; // enum xdp_action of the last one
};

/// Runs an XDP program `repeat` times over a frame of `size` zero bytes that it may overwrite.
XdpRun run_xdp(int program, std::size_t size, std::uint32_t repeat);

/// The memory of a map that programs and user space share (.bss or BPF_F_MMAPABLE).
void *map_memory(int map, std::size_t size);
void unmap_memory(void *memory, std::size_t size);

/// Bytes the kernel has taken for a map.
double map_bytes(int map);

} // namespace sipsteer::bench

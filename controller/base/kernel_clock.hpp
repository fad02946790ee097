// SPDX-License-Identifier: Apache-2.0
//
// CLOCK_MONOTONIC as programs in the kernel read it. In a time namespace (time_namespaces(7)), as a
// container that was restored from a checkpoint has one, the clock of the process is ahead of it.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipsteer {

/// In ns: bpf_ktime_get_ns().
std::uint64_t kernel_time();

/// In ns, as of the last tick: bpf_ktime_get_coarse_ns().
std::uint64_t kernel_time_coarse();

/// How far the clock of this process is ahead, in ns: 0 outside a time namespace.
std::int64_t time_namespace_offset();

/// That, from the text of /proc/PID/timens_offsets; 0 if the text does not have it. Pure.
std::int64_t parse_monotonic_offset(std::string_view text);

} // namespace sipsteer

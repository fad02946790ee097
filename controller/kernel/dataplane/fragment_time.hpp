// SPDX-License-Identifier: Apache-2.0
//
// The time of fragments, in fragment ticks (sipsteer/fragment.h).
#pragma once

#include <sipsteer/fragment.h>

#include <chrono>
#include <cstdint>
#include <ctime>

namespace sipsteer::dataplane {

/// A span of time, rounded up.
inline std::uint32_t fragment_ticks(std::chrono::milliseconds time) {
    const auto nanoseconds = std::chrono::nanoseconds(time).count();
    return static_cast<std::uint32_t>(nanoseconds >> SS_FRAGMENT_TICK_SHIFT) + 1;
}

/// Now, as the data plane reads it: bpf_ktime_get_coarse_ns().
inline std::uint32_t fragment_now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    const auto nanoseconds = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
                             static_cast<std::uint64_t>(time.tv_nsec);
    return static_cast<std::uint32_t>(nanoseconds >> SS_FRAGMENT_TICK_SHIFT);
}

} // namespace sipsteer::dataplane

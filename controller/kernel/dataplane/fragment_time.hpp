// SPDX-License-Identifier: Apache-2.0
//
// The time of fragments, in fragment ticks (sipsteer/fragment.h).
#pragma once

#include "base/kernel_clock.hpp"

#include <sipsteer/fragment.h>

#include <chrono>
#include <cstdint>

namespace sipsteer::dataplane {

/// A span of time, rounded up.
inline std::uint32_t fragment_ticks(std::chrono::milliseconds time) {
    const auto nanoseconds = std::chrono::nanoseconds(time).count();
    return static_cast<std::uint32_t>(nanoseconds >> SS_FRAGMENT_TICK_SHIFT) + 1;
}

/// A span of ticks, rounded up.
inline std::chrono::milliseconds fragment_span(std::uint32_t ticks) {
    const auto nanoseconds =
        std::chrono::nanoseconds(std::int64_t{ticks} << SS_FRAGMENT_TICK_SHIFT);
    return std::chrono::ceil<std::chrono::milliseconds>(nanoseconds);
}

/// Now, as the data plane reads it: bpf_ktime_get_coarse_ns().
inline std::uint32_t fragment_now() {
    return static_cast<std::uint32_t>(kernel_time_coarse() >> SS_FRAGMENT_TICK_SHIFT);
}

} // namespace sipsteer::dataplane

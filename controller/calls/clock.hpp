// SPDX-License-Identifier: Apache-2.0
//
// The call table's time, in ticks of SS_TICK_SHIFT (sipsteer/call.h).
#pragma once

#include <sipsteer/call.h>

#include <cstdint>

namespace sipsteer::calls {

/// The tick that the data plane would write now: of CLOCK_MONOTONIC_COARSE, which is
/// bpf_ktime_get_coarse_ns(); modulo 2^16.
std::uint32_t now_tick();

/// The same clock in nanoseconds.
std::uint64_t now_nanoseconds();

/// Ticks in whole seconds, to the nearest.
inline std::int64_t tick_seconds(std::int64_t ticks) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    return ((ticks << SS_TICK_SHIFT) + kSecond / 2) / kSecond;
}

} // namespace sipsteer::calls

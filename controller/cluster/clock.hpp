// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sipsteer/call.h>

#include <cstdint>

namespace sipsteer::cluster {

/// One moment by the two clocks that matter: the engine's, which all directors share, and the call
/// table's.
struct Moment {
    std::uint64_t ms = 0;   // of the engine, since 1970
    std::uint32_t tick = 0; // of the call table

    /// When an entry had its last message.
    std::uint64_t seen(__u64 entry) const {
        const std::uint64_t idle = std::uint64_t{ss_call_idle(entry, tick)} << SS_TICK_SHIFT;
        const std::uint64_t idle_ms = idle / 1'000'000;
        return ms > idle_ms ? ms - idle_ms : 0;
    }

    /// Ticks since then; an age that no entry can have is the greatest that one can.
    std::uint32_t idle_since(std::uint64_t seen_ms) const {
        const std::uint64_t idle_ms = ms > seen_ms ? ms - seen_ms : 0;
        const std::uint64_t most = SS_TICK_MASK - SS_TICKS_AHEAD;
        const std::uint64_t seconds_30 = 30'000; // keeps the product below 2^64
        if (idle_ms / seconds_30 > most) {
            return static_cast<std::uint32_t>(most);
        }
        const std::uint64_t ticks = (idle_ms * 1'000'000) >> SS_TICK_SHIFT;
        return static_cast<std::uint32_t>(ticks < most ? ticks : most);
    }
};

} // namespace sipsteer::cluster

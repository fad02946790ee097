// SPDX-License-Identifier: Apache-2.0
#include "calls/clock.hpp"

#include <time.h>

namespace sipsteer::calls {

std::uint64_t now_nanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint32_t now_tick() {
    return static_cast<std::uint32_t>(now_nanoseconds() >> SS_TICK_SHIFT) & SS_TICK_MASK;
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/clock.hpp"

#include "base/kernel_clock.hpp"

namespace sipsteer::calls {

std::uint64_t now_nanoseconds() {
    return kernel_time_coarse();
}

std::uint32_t now_tick() {
    return static_cast<std::uint32_t>(now_nanoseconds() >> SS_TICK_SHIFT) & SS_TICK_MASK;
}

} // namespace sipsteer::calls

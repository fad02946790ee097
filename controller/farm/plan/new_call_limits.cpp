// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/new_call_limits.hpp"

#include <sipsteer/call.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>

namespace sipsteer::plan {

namespace {

constexpr std::uint64_t kNanosecondsPerMinute = 60'000'000'000;

ss_guard_limit limit_of(const config::NewCallLimit &limit) {
    if (limit.per_minute == 0) {
        return {};
    }
    const std::uint64_t gap = kNanosecondsPerMinute / limit.per_minute;
    return {gap, gap * (limit.burst - 1)};
}

} // namespace

ss_guard_limits new_call_limits(const config::NewCallLimits &limits) {
    ss_guard_limits value{};
    value.limit[SS_GUARD_LIMIT_ADDRESS] = limit_of(limits.per_address);
    value.limit[SS_GUARD_LIMIT_NETWORK] = limit_of(limits.per_network);
    value.limit[SS_GUARD_LIMIT_KNOWN] = limit_of(limits.known_address);
    const std::uint64_t known_for = std::chrono::nanoseconds(limits.known_for).count();
    value.known_for = static_cast<std::uint32_t>(known_for >> SS_TICK_SHIFT);
    value.in_use = std::any_of(std::begin(value.limit), std::end(value.limit),
                               [](const auto &limit) { return limit.gap != 0; })
                       ? 1
                       : 0;
    value.observe = limits.observe ? 1 : 0;
    return value;
}

} // namespace sipsteer::plan

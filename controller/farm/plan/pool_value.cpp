// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/pool_value.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <type_traits>

namespace sipsteer::plan {

namespace {

std::uint16_t to_ticks(std::chrono::seconds lifetime) {
    const std::int64_t nanoseconds = std::chrono::nanoseconds(lifetime).count();
    const std::int64_t tick = std::int64_t{1} << SS_TICK_SHIFT;
    const std::int64_t ticks = (nanoseconds + tick - 1) / tick;
    return static_cast<std::uint16_t>(std::min<std::int64_t>(ticks, SS_MAX_LIFETIME_TICKS));
}

/// Modes, keys and policies have the maps' numbers.
template <typename T>
__u8 to_map(T choice) {
    static_assert(std::is_same_v<std::underlying_type_t<T>, std::uint8_t>);
    return static_cast<__u8>(choice);
}

__u8 to_map(config::Scheduler scheduler) {
#define SIPSTEER_SCHEDULER(constant, name, word)                                                   \
    if (scheduler == config::Scheduler::name)                                                      \
        return SS_SCHEDULER_##constant;
    SS_SCHEDULER_LIST(SIPSTEER_SCHEDULER)
#undef SIPSTEER_SCHEDULER
    return SS_SCHEDULER_HASH;
}

} // namespace

std::uint32_t gap_of_rate(std::uint32_t per_second) {
    return per_second == 0 ? 0 : 1'000'000'000U / per_second;
}

ss_pool pool_value(const config::Pool &pool) {
    ss_pool value{};
    value.in_use = 1;
    value.mode = to_map(pool.mode);
    value.no_call_id = to_map(pool.no_call_id);
    value.scheduler = to_map(pool.scheduler);
    value.key = to_map(pool.key);
    value.when_down = to_map(pool.when_down);
    value.reject_gap = gap_of_rate(pool.reject.per_second);
    value.lifetime[SS_CALL_EARLY] = to_ticks(pool.lifetimes.early);
    value.lifetime[SS_CALL_CONFIRMED] = to_ticks(pool.lifetimes.confirmed);
    value.lifetime[SS_CALL_CLOSING] = to_ticks(pool.lifetimes.closing);
    value.lifetime[SS_CALL_OTHER] = to_ticks(pool.lifetimes.other);
    value.lifetime[SS_CALL_SOURCE] = to_ticks(pool.lifetimes.source);
    return value;
}

} // namespace sipsteer::plan

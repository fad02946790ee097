// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/pool_value.hpp"

#include <algorithm>
#include <chrono>

namespace sipsteer::plan {

namespace {

std::uint16_t to_ticks(std::chrono::seconds lifetime) {
    const std::int64_t nanoseconds = std::chrono::nanoseconds(lifetime).count();
    const std::int64_t tick = std::int64_t{1} << SS_TICK_SHIFT;
    const std::int64_t ticks = (nanoseconds + tick - 1) / tick;
    return static_cast<std::uint16_t>(std::min<std::int64_t>(ticks, SS_MAX_LIFETIME_TICKS));
}

__u8 to_map(config::PoolMode mode) {
    return mode == config::PoolMode::Stateful ? SS_POOL_STATEFUL : SS_POOL_STATELESS;
}

__u8 to_map(config::NoCallId policy) {
    switch (policy) {
    case config::NoCallId::Pass:
        return SS_NO_CALL_ID_PASS;
    case config::NoCallId::Drop:
        return SS_NO_CALL_ID_DROP;
    case config::NoCallId::SteerBySource:
        break;
    }
    return SS_NO_CALL_ID_SOURCE;
}

__u8 to_map(config::Scheduler scheduler) {
    switch (scheduler) {
    case config::Scheduler::RoundRobin:
    case config::Scheduler::WeightedRoundRobin:
        return SS_SCHEDULER_TURNS;
    case config::Scheduler::LeastCalls:
        return SS_SCHEDULER_LEAST_CALLS;
    case config::Scheduler::Source:
        return SS_SCHEDULER_SOURCE;
    case config::Scheduler::Hash:
        break;
    }
    return SS_SCHEDULER_HASH;
}

__u8 to_map(config::Key key) {
    switch (key) {
    case config::Key::AddressOfRecord:
        return SS_KEY_ADDRESS_OF_RECORD;
    case config::Key::CallIdAndVia:
        return SS_KEY_CALL_ID_AND_VIA;
    case config::Key::CallId:
        break;
    }
    return SS_KEY_CALL_ID;
}

__u8 to_map(config::WhenDown when_down) {
    switch (when_down) {
    case config::WhenDown::Pass:
        return SS_WHEN_DOWN_PASS;
    case config::WhenDown::Reject:
        return SS_WHEN_DOWN_REJECT;
    case config::WhenDown::Drop:
        break;
    }
    return SS_WHEN_DOWN_DROP;
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

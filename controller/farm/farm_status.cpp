// SPDX-License-Identifier: Apache-2.0
#include "farm/farm_status.hpp"

#include "calls/clock.hpp"
#include "config/choices.hpp"

#include <chrono>

namespace sipsteer::farm {

using nlohmann::json;

namespace {

/// The wall clock's time of a moment of the steady one.
std::int64_t unix_time(plan::Drain::Time time) {
    const auto from_now = time - plan::Drain::Time::clock::now();
    const auto wall = std::chrono::system_clock::now().time_since_epoch() + from_now;
    return std::chrono::duration_cast<std::chrono::seconds>(wall).count();
}

} // namespace

json pool_state_json(const plan::PlannedPool *pool) {
    if (pool == nullptr) {
        return {{"state", "down"}, {"why", "it is not in force yet"}};
    }
    if (!pool->down.empty()) {
        return {{"state", "down"}, {"why", pool->down}};
    }
    return {{"state", "up"}};
}

json pool_json(const config::Pool &pool, const plan::PlannedPool *planned) {
    json entry = pool_state_json(planned);
    entry["name"] = pool.name;
    entry["mode"] = config::word(pool.mode);
    entry["scheduler"] = config::word(pool.scheduler);
    entry["key"] = config::word(pool.key);
    entry["when_down"] = config::word(pool.when_down);
    return entry;
}

std::uint64_t drain_calls(const calls::ServerCalls &calls, bool by_user) {
    return calls.running() + calls.by_state[SS_CALL_CLOSING] +
           (by_user ? calls.by_state[SS_CALL_OTHER] : 0);
}

json drain_json(const plan::Drain &drain, const calls::ServerCalls &calls) {
    json entry = {{"calls_left", calls.running()},
                  {"closing_left", calls.by_state[SS_CALL_CLOSING]},
                  {"others_left", calls.by_state[SS_CALL_OTHER] + calls.by_state[SS_CALL_SOURCE]},
                  {"oldest_seconds", calls::tick_seconds(calls.oldest_age)},
                  {"oldest_idle_seconds", calls::tick_seconds(calls.oldest_idle)},
                  {"since_unix", unix_time(drain.began)},
                  {"deadline_unix", nullptr},
                  {"drained", drain.done || drain.over}};
    if (drain.deadline) {
        entry["deadline_unix"] = unix_time(*drain.deadline);
    }
    return entry;
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#include "farm/call_alarm.hpp"

#include "base/log.hpp"
#include "kernel/dataplane/counters.hpp"

namespace sipsteer::farm {

void CallAlarm::note_pass(const dataplane::Maps &maps, const plan::Plan &plan) {
    std::map<std::string, Seen> now;
    for (const auto &pool : plan.pools) {
        const auto counters = dataplane::read_call_counters(maps, pool.index);
        const Seen seen{counters.displaced[SS_CALL_CONFIRMED], counters.no_room};
        now[pool.name] = seen;
        const auto before = seen_.find(pool.name);
        if (before == seen_.end()) {
            continue;
        }
        if (seen.displaced > before->second.displaced) {
            log::error("confirmed_calls_displaced",
                       {{"pool", pool.name},
                        {"count", seen.displaced - before->second.displaced},
                        {"remedy", "raise calls.capacity"}});
        }
        if (seen.no_room > before->second.no_room) {
            log::warn("calls_without_room", {{"pool", pool.name},
                                             {"count", seen.no_room - before->second.no_room},
                                             {"effect", "the ring alone chooses their server"},
                                             {"remedy", "raise calls.capacity"}});
        }
    }
    seen_ = std::move(now);
}

} // namespace sipsteer::farm

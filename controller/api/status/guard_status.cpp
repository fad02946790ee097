// SPDX-License-Identifier: Apache-2.0
#include "api/status/guard_status.hpp"

#include <string>
#include <utility>

namespace sipsteer::status {

using nlohmann::json;

GuardSizes guard_sizes(const farm::Guard &guard) {
    GuardSizes sizes{{}, guard.due(), guard.bans().all().size()};
    for (const auto &[of, count] : guard.counts()) {
        sizes.prefixes[{guard.scope_name(of.first), plan::guard_action_word(of.second)}] = count;
    }
    return sizes;
}

json guard_json(const GuardSizes &guard) {
    json prefixes = json::array();
    for (const auto &[of, count] : guard.prefixes) {
        const auto &[service, action] = of;
        prefixes.push_back({{"service", service.empty() ? json(nullptr) : json(service)},
                            {"action", action},
                            {"prefixes", count}});
    }
    return {{"prefixes", std::move(prefixes)}, {"due", guard.due}, {"bans", guard.bans}};
}

} // namespace sipsteer::status

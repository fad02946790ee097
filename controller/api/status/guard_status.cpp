// SPDX-License-Identifier: Apache-2.0
#include "api/status/guard_status.hpp"

#include <string>
#include <utility>

namespace sipsteer::status {

using nlohmann::json;

json guard_json(const StatusInput &input) {
    json prefixes = json::array();
    for (const auto &[of, count] : input.guard.counts()) {
        const auto name = input.guard.scope_name(of.first);
        prefixes.push_back({{"service", name.empty() ? json(nullptr) : json(name)},
                            {"action", plan::guard_action_word(of.second)},
                            {"prefixes", count}});
    }
    return {{"prefixes", std::move(prefixes)},
            {"due", input.guard.due()},
            {"bans", input.guard.bans().all().size()}};
}

} // namespace sipsteer::status

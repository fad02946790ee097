// SPDX-License-Identifier: Apache-2.0
#include "calls/json.hpp"

#include "calls/clock.hpp"

#include <cstdio>

namespace sipsteer::calls {

nlohmann::json to_json(const CallView &call, const NameLookup &names) {
    char tag[9] = {};
    std::snprintf(tag, sizeof(tag), "%08x", call.tag);
    nlohmann::json json = {
        {"tag", tag},
        {"bucket", call.bucket},
        {"slot", call.slot},
        {"server", nullptr},
        {"pool", nullptr},
        {"state", state_name(call.state)},
        {"idle_seconds", tick_seconds(call.idle_ticks)},
        {"expires_in_seconds",
         tick_seconds(std::int64_t{call.lifetime_ticks} - std::int64_t{call.idle_ticks})},
    };
    if (const auto name = names(call.server)) {
        json["server"] = name->server;
        json["pool"] = name->pool;
    }
    return json;
}

nlohmann::json to_json(const CallPage &page, const NameLookup &names) {
    nlohmann::json calls = nlohmann::json::array();
    for (const CallView &call : page.calls) {
        calls.push_back(to_json(call, names));
    }
    return {{"calls", std::move(calls)}, {"more", page.next.has_value()}};
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/json.hpp"

#include "calls/clock.hpp"

#include <cstdio>
#include <map>

namespace sipsteer::calls {

nlohmann::json to_json(const CallView &call, const NameLookup &names) {
    char tag[9] = {};
    std::snprintf(tag, sizeof(tag), "%08x", call.tag);
    nlohmann::json json = {
        {"tag", tag},
        {"place", {{"bucket", call.bucket}, {"slot", call.slot}}},
        {"pool", nullptr},
        {"server", nullptr},
        {"state", state_name(call.state)},
        {"age_seconds", tick_seconds(call.age_ticks)},
        {"age_at_least", call.age_ticks >= SS_LONG_AGO},
        {"idle_seconds", tick_seconds(call.idle_ticks)},
        {"lifetime_seconds", tick_seconds(call.lifetime_ticks)},
        {"lifetime_left_seconds",
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
    nlohmann::json json = {{"calls", std::move(calls)}, {"more", page.next.has_value()}};
    json["next"] = page.next ? nlohmann::json(*page.next) : nlohmann::json(nullptr);
    return json;
}

nlohmann::json to_json(const StateCounts &counts) {
    nlohmann::json json = nlohmann::json::object();
    for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
        json[std::string(state_name(state))] = counts[state];
    }
    return json;
}

nlohmann::json to_json(const SweepTotals &totals, const NameLookup &names) {
    struct Sum {
        std::uint64_t calls = 0;
        StateCounts by_state{};
        nlohmann::json servers = nlohmann::json::object();
    };
    std::map<std::string, Sum> pools;
    for (const ServerCalls &server : totals.servers) {
        const auto name = names(server.server);
        if (!name) {
            continue;
        }
        Sum &sum = pools[name->pool];
        sum.calls += server.live;
        for (std::size_t state = 0; state < sum.by_state.size(); ++state) {
            sum.by_state[state] += server.by_state[state];
        }
        sum.servers[name->server] = {{"calls", server.live},
                                     {"by_state", to_json(server.by_state)}};
    }
    nlohmann::json by_pool = nlohmann::json::object();
    for (auto &[pool, sum] : pools) {
        by_pool[pool] = {{"calls", sum.calls},
                         {"by_state", to_json(sum.by_state)},
                         {"servers", std::move(sum.servers)}};
    }
    return {{"calls", totals.live},
            {"by_state", to_json(totals.by_state)},
            {"pools", std::move(by_pool)}};
}

} // namespace sipsteer::calls

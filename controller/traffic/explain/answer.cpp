// SPDX-License-Identifier: Apache-2.0
#include "traffic/explain/answer.hpp"

#include "calls/clock.hpp"
#include "config/choices.hpp"
#include "sip/finder.h"
#include "traffic/explain/reason.hpp"

#include <cstdio>

namespace sipsteer::explain {

namespace {

using nlohmann::json;

json hash_json(const std::optional<std::uint64_t> &hash) {
    if (!hash) {
        return nullptr;
    }
    char text[17] = {};
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(*hash));
    return text;
}

/// What a message whose call has no entry gets its server for: ss_select_first() of bpf/select.h.
farm::For first_for(unsigned event) {
    if (finder_is_of_dialog(event) != 0) {
        return farm::For::Dialog;
    }
    return event == FINDER_START ? farm::For::NewCall : farm::For::Other;
}

/// Likewise, if its call has to leave the server that it has: ss_moved_for().
farm::For again_for(std::uint32_t state, unsigned event) {
    if (!ss_call_is_live(finder_next_state(state, event))) {
        return farm::For::Other;
    }
    return state == SS_CALL_OTHER ? farm::For::NewCall : farm::For::RunningCall;
}

/// Where the message's user is registered, if messages are sent there (ss_known_server() in
/// bpf/select.h).
std::optional<std::uint16_t> registered_at(const farm::World &world, const plan::PlannedPool &pool,
                                           const calls::Key &key) {
    const auto entry = key.user ? farm::locate(world, pool, *key.user) : std::nullopt;
    if (!entry || entry->expired) {
        return std::nullopt;
    }
    const auto *server = farm::find_server(world.plan, entry->call.server);
    const bool taken = farm::takes_messages(server) && server->value.pool == pool.index;
    return taken ? std::optional(entry->call.server) : std::nullopt;
}

json name_json(const farm::World &world, std::uint16_t index) {
    const auto name = world.names(index);
    return name ? json(name->server) : json(nullptr);
}

json choice_json(const farm::World &world, const farm::Choice &choice,
                 std::optional<std::uint16_t> registered) {
    json candidates = json::array();
    for (const farm::Candidate &candidate : choice.candidates) {
        candidates.push_back({{"server", name_json(world, candidate.server)},
                              {"live_calls", candidate.live_calls},
                              {"full", candidate.full}});
    }
    const farm::Candidate *taker = choice.taker();
    json result = {{"ring_slot", nullptr},
                   {"server", nullptr},
                   {"registered", registered.has_value()},
                   {"candidates", std::move(candidates)}};
    if (choice.slot) {
        result["ring_slot"] = *choice.slot;
    }
    if (registered) {
        result["server"] = name_json(world, *registered);
    } else if (taker != nullptr) {
        result["server"] = name_json(world, taker->server);
    }
    return result;
}

json call_json(const farm::World &world, const farm::Located &located) {
    json call = calls::to_json(located.call, world.names);
    call["table"] = located.table;
    return call;
}

} // namespace

nlohmann::json answer(const farm::World &world, const plan::PlannedPool &pool,
                      const sip::Message &message) {
    const bool stateful = pool.value.mode == SS_POOL_STATEFUL;
    const calls::Key key = calls::make_key(world.secret, message, pool.value);
    Findings findings;
    if (stateful && key.table) {
        findings.entry = farm::locate(world, pool, *key.table);
    }
    const bool found = findings.entry && !findings.entry->expired;
    findings.registered = registered_at(world, pool, key);
    findings.first = farm::choose(world, pool, key, first_for(key.event));
    if (found) {
        findings.again =
            farm::choose(world, pool, key, again_for(findings.entry->call.state, key.event));
    }
    return {{"pool", pool.name},
            {"mode", config::word(static_cast<config::PoolMode>(pool.value.mode))},
            {"key", {{"by", calls::key_name(pool.value)}, {"hash", hash_json(key.table)}}},
            {"missing", key.missing},
            {"found", found},
            {"call", found ? call_json(world, *findings.entry) : json(nullptr)},
            {"if_new", choice_json(world, findings.first, findings.registered)},
            {"reason", reason_text(world, pool, message, key, findings)}};
}

} // namespace sipsteer::explain

// SPDX-License-Identifier: Apache-2.0
#include "traffic/explain/answer.hpp"

#include "calls/clock.hpp"
#include "config/choices.hpp"
#include "farm/plan/hosts.hpp"
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

/// What a message whose call has no entry gets its server for: ss_select_first().
farm::For first_for(unsigned event, unsigned method) {
    if (finder_is_of_dialog(event) != 0) {
        return farm::For::Dialog;
    }
    const bool begins = event == FINDER_START ||
                        (event == FINDER_SOURCE && method == SS_METHOD_INVITE); // beyond its first
    return begins ? farm::For::NewCall : farm::For::Other;
}

/// Likewise, if its call has to leave the server that it has: ss_moved_for().
farm::For again_for(std::uint32_t state, unsigned event) {
    if ((state == SS_CALL_OTHER || state == SS_CALL_CLOSING) && event == FINDER_START) {
        return farm::For::NewCall;
    }
    return ss_call_is_live(finder_next_state(state, event)) ? farm::For::RunningCall
                                                            : farm::For::Other;
}

/// What a message is for a call in a state: ss_read_more().
unsigned event_for(const sip::Message &message, unsigned event, unsigned state) {
    if (message.call_id.empty()) {
        return event;
    }
    if (message.kind == sip::Kind::Response) {
        const unsigned response = FINDER_RESPONSE;
        return state == SS_CALL_CLOSING ? response : event;
    }
    return finder_event_for(message.method, message.in_dialog ? 1 : 0, state);
}

/// Whether the table does not believe a message that would change it, or move its call:
/// ss_read_for_call().
bool is_doubtful(const sip::Message &message, unsigned event, unsigned state, bool moves) {
    const bool begins = event == FINDER_START || state == SS_CALL_EMPTY;
    const bool believed = message.complete && (begins || message.sound);
    const bool matters = moves || event == FINDER_START || message.method == SS_METHOD_REGISTER ||
                         finder_may_change(state, event) != 0;
    return message.whole && !believed && !message.call_id.empty() && matters;
}

bool takes(const farm::World &world, const plan::PlannedPool &pool, std::uint16_t index) {
    const auto *server = farm::find_server(world.plan, index);
    return farm::takes_messages(server) && server->value.pool == pool.index;
}

/// The server that the table has for a key, if messages are sent there (ss_known_server() in
/// bpf/choose/select.h).
std::optional<std::uint16_t> known_at(const farm::World &world, const plan::PlannedPool &pool,
                                      std::optional<std::uint64_t> key) {
    const auto entry = key ? farm::locate(world, pool, *key) : std::nullopt;
    if (!entry || entry->expired || !takes(world, pool, entry->call.server)) {
        return std::nullopt;
    }
    return entry->call.server;
}

/// Whether a sent-by names this host, with a port or without.
bool names_host(std::string_view sent_by, std::string_view host) {
    return sent_by.starts_with(host) &&
           (sent_by.size() == host.size() || sent_by[host.size()] == ':' ||
            sent_by[host.size()] == ' ' || sent_by[host.size()] == '\t');
}

json name_json(const farm::World &world, std::uint16_t index) {
    const auto name = world.names(index);
    return name ? json(name->server) : json(nullptr);
}

json choice_json(const farm::World &world, const Findings &findings) {
    const farm::Choice &choice = findings.first;
    json candidates = json::array();
    for (const farm::Candidate &candidate : choice.candidates) {
        candidates.push_back({{"server", name_json(world, candidate.server)},
                              {"live_calls", candidate.live_calls},
                              {"full", candidate.full}});
    }
    const farm::Candidate *taker = choice.taker();
    json result = {{"ring_slot", nullptr},
                   {"server", nullptr},
                   {"registered", findings.registered && !findings.named},
                   {"candidates", std::move(candidates)}};
    if (choice.slot) {
        result["ring_slot"] = *choice.slot;
    }
    if (const auto known = findings.named ? findings.named : findings.registered) {
        result["server"] = name_json(world, *known);
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

std::optional<std::uint16_t> sender_of(const farm::World &world, const plan::PlannedPool &pool,
                                       const sip::Message &message) {
    if (message.kind != sip::Kind::Response) {
        return std::nullopt;
    }
    std::optional<std::uint16_t> received;
    for (const auto &server : world.plan.servers) {
        if (!takes(world, pool, server.index)) {
            continue;
        }
        for (const std::string &host : plan::host_spellings(server.value)) {
            if (message.sent_by && names_host(*message.sent_by, host)) {
                return server.index;
            }
            if (message.received &&
                (host == *message.received || host == "[" + *message.received + "]")) {
                received = server.index;
            }
        }
    }
    return received;
}

nlohmann::json answer(const farm::World &world, const plan::PlannedPool &pool,
                      const sip::Message &message) {
    const bool stateful = pool.value.mode == SS_POOL_STATEFUL;
    calls::Key key = calls::make_key(world.secret, message, pool.value);
    Findings findings;
    if (stateful && key.table) {
        findings.entry = farm::locate(world, pool, *key.table);
    }
    const bool found = findings.entry && !findings.entry->expired;
    const unsigned empty = SS_CALL_EMPTY;
    const unsigned state = found ? findings.entry->call.state : empty;
    key.event = event_for(message, key.event, state);
    const bool moves = found && !takes(world, pool, findings.entry->call.server);
    if (is_doubtful(message, key.event, state, moves)) {
        key.event = FINDER_DOUBTFUL;
    }
    findings.named = known_at(world, pool, key.named);
    findings.registered = known_at(world, pool, key.user);
    findings.sender = sender_of(world, pool, message);
    findings.first = farm::choose(world, pool, key, first_for(key.event, message.method));
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
            {"if_new", choice_json(world, findings)},
            {"reason", reason_text(world, pool, message, key, findings)}};
}

} // namespace sipsteer::explain

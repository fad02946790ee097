// SPDX-License-Identifier: Apache-2.0
#include "traffic/explain/reason.hpp"

#include "calls/clock.hpp"
#include "calls/naming/state.hpp"
#include "config/choices.hpp"
#include "sip/finder.h"

#include <algorithm>

namespace sipsteer::explain {

namespace {

constexpr std::size_t kMostNames = 4; // of candidates in one sentence

std::string list_words(const std::vector<std::string_view> &words) {
    std::string text;
    for (const auto word : words) {
        text += (text.empty() ? "" : ", ") + std::string(word);
    }
    return text;
}

std::string age_words(std::uint32_t ticks) {
    const std::string age = std::to_string(calls::tick_seconds(ticks)) + " s old";
    return ticks >= SS_LONG_AGO ? age + " or older" : age;
}

/// "p/s2, then p/s3".
std::string taker_words(const farm::World &world, const farm::Choice &choice,
                        std::uint16_t except) {
    std::string text;
    std::size_t names = 0;
    for (const farm::Candidate &candidate : choice.candidates) {
        if (!candidate.full && candidate.server != except && names++ < kMostNames) {
            text += (text.empty() ? "" : ", then ") + farm::server_word(world, candidate.server);
        }
    }
    return text;
}

/// Why nobody takes a call.
std::string nobody_words(const plan::PlannedPool &pool, const farm::Choice &choice) {
    if (!pool.down.empty()) {
        return "no server takes it: " + pool.down;
    }
    return choice.candidates.empty() ? "no server takes it"
                                     : "no server takes it: all are at their limits";
}

std::string choice_words(const farm::World &world, const plan::PlannedPool &pool,
                         const calls::Key &key, const farm::Choice &choice) {
    const auto takers = taker_words(world, choice, SS_NO_SERVER);
    if (takers.empty() && !key.missing.empty() && !key.ring) {
        return "the choice for a new call needs more; missing: " + list_words(key.missing);
    }
    if (takers.empty()) {
        return nobody_words(pool, choice);
    }
    const bool by_ring = finder_is_of_dialog(key.event) != 0;
    std::string text =
        by_ring ? "the ring" : "the " + std::string(config::word(pool.scheduler)) + " scheduler";
    text += choice.slot ? " gives ring slot " + std::to_string(*choice.slot) + " to "
                        : std::string(" gives it to ");
    text += takers;
    const auto full = std::count_if(choice.candidates.begin(), choice.candidates.end(),
                                    [](const farm::Candidate &c) { return c.full; });
    return full == 0 ? text : text + "; skipped at their limits: " + std::to_string(full);
}

std::string stateless_words(const farm::World &world, const plan::PlannedPool &pool,
                            const calls::Key &key, const farm::Choice &choice) {
    if (!key.ring) {
        return "unknown; missing: " + list_words(key.missing);
    }
    const auto takers = taker_words(world, choice, SS_NO_SERVER);
    if (takers.empty()) {
        return nobody_words(pool, choice);
    }
    return "the pool is stateless: ring slot " + std::to_string(*choice.slot) + " belongs to " +
           takers;
}

/// Whether a call that begins in an entry of another kind finds its server at a limit.
bool is_refused(const calls::Key &key, const Findings &findings,
                const plan::PlannedServer &server) {
    const auto &candidates = findings.again.candidates;
    return findings.entry->call.state == SS_CALL_OTHER && key.event == FINDER_START &&
           (!server.takes_new ||
            std::any_of(candidates.begin(), candidates.end(), [&](const farm::Candidate &c) {
                return c.server == server.index && c.full;
            }));
}

/// What the message changes in the call's state, and by which part of an RFC.
std::string effect_words(std::uint32_t state, unsigned event) {
    const std::uint32_t next = finder_next_state(state, event);
    if (next == state) {
        return {};
    }
    return "; " + std::string(calls::event_words(event)) + " makes it " +
           std::string(calls::state_name(next)) +
           (event == FINDER_CANCEL ? " if no other attempt is open (" : " (") +
           std::string(calls::section_of(state, event)) + ")";
}

/// What becomes of a message of a call that is in the table.
std::string entry_words(const farm::World &world, const plan::PlannedPool &pool,
                        const sip::Message &message, const calls::Key &key,
                        const Findings &findings) {
    const auto &call = findings.entry->call;
    std::string text = "in the call table: " + std::string(calls::state_name(call.state)) +
                       ", at server " + farm::server_word(world, call.server) + ", " +
                       age_words(call.age_ticks);
    if (key.event == FINDER_DOUBTFUL) {
        return text + "; no server would take the message, so it changes nothing";
    }
    const auto *server = farm::find_server(world.plan, call.server);
    const bool takes = farm::takes_messages(server) && server->value.pool == pool.index;
    text += effect_words(call.state, key.event);
    if (message.whole && call.state == SS_CALL_CONFIRMED && key.event == FINDER_START) {
        text += "; unless it is a copy, the INVITE begins another call there (RFC 3261, 13.2)";
    }
    const bool moves = message.method == SS_METHOD_REGISTER && takes && !server->takes_new;
    const bool refused = takes && is_refused(key, findings, *server);
    if (takes && !moves && !refused) {
        return text;
    }
    text += moves || refused    ? "; it takes no new calls: "
            : server == nullptr ? "; that server is gone: "
                                : "; that server is down: ";
    const auto others = findings.registered ? farm::server_word(world, *findings.registered)
                                            : taker_words(world, findings.again, call.server);
    if (others.empty()) {
        return text + (moves ? "no other server does" : nobody_words(pool, findings.again));
    }
    return text + "the next message re-homes it to " + others;
}

std::string no_call_id_words(const ss_pool &pool) {
    return pool.no_call_id == SS_NO_CALL_ID_PASS ? "no Call-ID: passed to the director's kernel"
           : pool.no_call_id == SS_NO_CALL_ID_DROP
               ? "no Call-ID: dropped"
               : "no Call-ID: goes with the flow's last REGISTER or INVITE, else by the "
                 "client's address; ";
}

std::string new_words(const farm::World &world, const plan::PlannedPool &pool,
                      const calls::Key &key, const Findings &findings) {
    if (!key.table) {
        return "no lookup in the call table; missing: " + list_words(key.missing);
    }
    std::string text = findings.entry ? "its entry has expired: " : "not in the call table: ";
    text += key.event == FINDER_DOUBTFUL
                ? "of a message that no server would take, so it makes no entry; "
            : finder_is_of_dialog(key.event) != 0 ? "of a dialog that the table does not know; "
                                                  : "a new call; ";
    if (findings.named) {
        return text + "it names a call at " + farm::server_word(world, *findings.named);
    }
    if (findings.registered) {
        return text + "its user is registered at " + farm::server_word(world, *findings.registered);
    }
    return text + choice_words(world, pool, key, findings.first);
}

} // namespace

std::string reason_text(const farm::World &world, const plan::PlannedPool &pool,
                        const sip::Message &message, const calls::Key &key,
                        const Findings &findings) {
    const bool has_entry = findings.entry && !findings.entry->expired;
    std::string text;
    if (message.call_id.empty()) {
        text = no_call_id_words(pool.value);
        if (pool.value.no_call_id != SS_NO_CALL_ID_SOURCE) {
            return text;
        }
    }
    if (findings.sender) {
        return "its topmost Via names server " + farm::server_word(world, *findings.sender) +
               (has_entry ? effect_words(findings.entry->call.state, key.event) : "");
    }
    if (pool.value.mode == SS_POOL_STATELESS) {
        return text + stateless_words(world, pool, key, findings.first);
    }
    return text + (has_entry ? entry_words(world, pool, message, key, findings)
                             : new_words(world, pool, key, findings));
}

} // namespace sipsteer::explain

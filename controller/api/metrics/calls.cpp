// SPDX-License-Identifier: Apache-2.0
//
// Calls, the table they are in, and the sweep that goes over it.
#include "api/metrics/parts.hpp"
#include "calls/call_view.hpp"

namespace sipsteer::metrics {

namespace {

std::string state_label(std::uint32_t state) {
    return std::string(calls::state_name(state));
}

template <typename Value>
void add_by_pool(const State &state, Family family, Value value) {
    for (const auto &pool : state.pools) {
        family.add({{"pool", pool.name}}, std::uint64_t{value(pool.calls)});
    }
}

void add_events(const State &state, Families &families) {
    const auto event = [&](const char *name, const char *help, ss_call_event number) {
        add_by_pool(state, families.counter(name, help),
                    [&](const ss_call_counters &calls) { return calls.event[number]; });
    };
    event("calls_new_total", "New calls with an entry in the call table.", SS_CALL_EVENT_NEW);
    event("calls_confirmed_total", "Calls that a later request confirmed.",
          SS_CALL_EVENT_CONFIRMED);
    event("calls_ended_total", "Calls that ended with a BYE or CANCEL.", SS_CALL_EVENT_ENDED);
    event("calls_rehomed_total", "Calls that moved to another server.", SS_CALL_EVENT_REHOMED);
}

void add_losses(const State &state, Families &families) {
    auto displaced = families.counter("calls_displaced_total",
                                      "Calls that made room for other calls, by their state.");
    for (const auto &pool : state.pools) {
        for (std::uint32_t call = SS_CALL_EARLY; call < SS_CALL_STATES; call++) {
            displaced.add({{"pool", pool.name}, {"state", state_label(call)}},
                          std::uint64_t{pool.calls.displaced[call]});
        }
    }
    add_by_pool(state,
                families.counter("calls_expired_total",
                                 "Expired calls whose place a new call used before the sweep."),
                [](const ss_call_counters &calls) { return calls.expired; });
    add_by_pool(
        state,
        families.counter("calls_no_room_total", "New calls that found no room in the call table."),
        [](const ss_call_counters &calls) { return calls.no_room; });
}

void add_lost_events(const State &state, Families &families) {
    families.counter("call_events_lost_total", "Events of calls lost for lack of room.")
        .add({}, state.call_events_lost);
}

void add_table(const Table &table, Families &families) {
    families.gauge("table_entries", "Places for calls in the call table.").add({}, table.entries);
    families.gauge("table_calls", "Calls in the call table.").add({}, table.calls);
    families.gauge("table_calls_before", "Calls left in the old table during a resize.")
        .add({}, table.calls_before);
    families.gauge("table_fill_ratio", "Share of the places in use, 0 to 1.").add({}, table.fill);
    families.gauge("table_full_buckets", "Buckets of the call table without a free place.")
        .add({}, table.full_buckets);
    families.gauge("table_bytes", "Memory of the call table.").add({}, table.bytes);
    families.gauge("table_resizing", "1 during a resize of the call table.")
        .add({}, table.resizing);
}

void add_sweep(const Sweep &sweep, Families &families) {
    families.counter("sweep_passes_total", "Passes of the sweep over the whole table.")
        .add({}, sweep.passes);
    families.counter("sweep_expired_calls_total", "Expired calls that the sweep removed.")
        .add({}, sweep.expired);
    families.gauge("sweep_pass_seconds", "Duration of the last pass.")
        .add({}, sweep.last_pass_seconds);
    families.counter("sweep_cpu_seconds_total", "CPU time of the sweep.")
        .add({}, sweep.cpu_seconds);
}

} // namespace

void add_calls(const State &state, Families &families) {
    auto calls = families.gauge("calls", "Calls in the table, from the last pass of the sweep.");
    for (const auto &server : state.servers) {
        for (std::uint32_t call = SS_CALL_EARLY; call < SS_CALL_STATES; call++) {
            calls.add(
                {{"pool", server.pool}, {"server", server.name}, {"state", state_label(call)}},
                server.calls[call]);
        }
    }
    add_events(state, families);
    add_losses(state, families);
    add_lost_events(state, families);
    add_table(state.table, families);
    add_sweep(state.sweep, families);
}

} // namespace sipsteer::metrics

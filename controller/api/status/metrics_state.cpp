// SPDX-License-Identifier: Apache-2.0
#include "api/status/metrics_state.hpp"

#include "config/choices.hpp"
#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/guard.hpp"

#include <sipsteer/layout.h>

#include <algorithm>

namespace sipsteer::status {

namespace {

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// A service that is not in force yet has no counters.
void add_services(const StatusInput &input, metrics::State &state) {
    for (const auto &planned : input.plan->services) {
        if (planned.is_marker()) {
            continue; // an address marker
        }
        metrics::Service service;
        service.name = planned.name;
        service.traffic = dataplane::read_service_traffic(input.maps, planned.value.id);
        for (std::uint32_t method = 0; method < SS_METHODS; method++) {
            service.messages[method] =
                dataplane::read_messages(input.maps, planned.value.id, method);
        }
        service.guard = dataplane::read_guard_counters(input.maps, planned.value.id);
        state.services.push_back(std::move(service));
    }
}

void add_pools(const StatusInput &input, metrics::State &state) {
    for (const auto &planned : input.plan->pools) {
        state.pools.push_back({planned.name, planned.down.empty(),
                               dataplane::read_call_counters(input.maps, planned.index)});
    }
}

/// A server may have several probes of one path, one for each VIP: their sums, and up if all are.
void add_probe(const health::PathResult &path, std::vector<metrics::Probe> &probes) {
    const std::string name = config::word(path.path);
    auto probe = std::find_if(probes.begin(), probes.end(),
                              [&](const auto &known) { return known.path == name; });
    if (probe == probes.end()) {
        probe = probes.insert(probes.end(), {name, true, {}, 0, {}});
    }
    const auto &counters = path.counters;
    probe->up = probe->up && path.health == Health::Up;
    probe->results["ok"] += counters.ok;
    probe->results["timeout"] += counters.timeout;
    probe->results["wrong_code"] += counters.wrong_code;
    probe->results["icmp"] += counters.icmp;
    probe->results["connection"] += counters.connection;
    probe->results["local_error"] += counters.local;
    probe->results["not_sent"] += counters.not_sent;
    probe->transitions += path.transitions;
    probe->latency.add(path.latency);
}

void add_drain(const StatusInput &input, const ServerId &id, metrics::Server &server) {
    if (const auto drain = input.drains.all().find(id); drain != input.drains.all().end()) {
        server.draining_seconds =
            std::chrono::duration<double>(plan::Drain::Time::clock::now() - drain->second.began)
                .count();
    }
}

metrics::Server make_server(const StatusInput &input, const config::Server &configured,
                            const plan::PlannedServer &planned) {
    metrics::Server server;
    server.pool = planned.id.pool;
    server.name = planned.id.server;
    server.enabled = configured.admin == config::Admin::Enabled && configured.weight != 0;
    server.up = true;
    server.forwards = (planned.value.flags & SS_SERVER_FORWARD) != 0;
    server.takes_new = planned.takes_new;
    server.weight = planned.weight_now;
    server.counters = dataplane::read_server_counters(input.maps, planned.index);
    if (const auto hop = input.next_hops.find(configured.hop_address());
        hop != input.next_hops.end()) {
        server.neighbour_resolved = hop->second.resolved;
    }
    if (const auto probe = input.probes.find(planned.id); probe != input.probes.end()) {
        server.up = probe->second.health != Health::Down;
        for (const auto &path : probe->second.paths) {
            add_probe(path, server.probes);
        }
    }
    if (const auto *calls = counted_calls(input, planned.index)) {
        server.calls = calls->by_state;
    }
    add_drain(input, planned.id, server);
    return server;
}

void add_servers(const StatusInput &input, metrics::State &state) {
    for (const auto &pool : input.config->pools) {
        for (const auto &configured : pool.servers) {
            if (const auto *planned = planned_server(input, {pool.name, configured.name})) {
                state.servers.push_back(make_server(input, configured, *planned));
            }
        }
    }
}

void add_table(const StatusInput &input, metrics::State &state) {
    const auto &totals = input.swept.totals;
    const auto sizes = input.tables;
    const std::uint64_t buckets = std::uint64_t{sizes.present} + sizes.before;
    state.table = {std::uint64_t{sizes.present} * SS_BUCKET_ENTRIES,
                   buckets * (sizeof(ss_bucket) + sizeof(ss_births)),
                   totals.live,
                   totals.before,
                   totals.fill(),
                   totals.full_buckets,
                   sizes.before != 0};
    state.sweep = {totals.pass, totals.expired_ever, seconds(input.swept.pass_duration),
                   seconds(input.swept.time_ever)};
}

void add_handed_over(const StatusInput &input, metrics::State &state) {
    const auto &held = input.held;
    state.fragments = {held.held,
                       held.released,
                       input.held_bytes,
                       {{"expired", held.expired},
                        {"no_room", held.no_room},
                        {"failed", held.failed},
                        {"misfit", held.misfits},
                        {"unwanted", held.unwanted}}};
    const auto &rejects = input.rejects;
    state.rejects = {{"answered", rejects.answered},
                     {"malformed", rejects.malformed},
                     {"too_long", rejects.too_long},
                     {"not_sent", rejects.not_sent},
                     {"stale", rejects.stale}};
}

void add_guard(const GuardSizes &guard, metrics::State &state) {
    state.guard.prefixes = guard.prefixes;
    state.guard.bans = guard.bans;
}

void add_host(const upkeep::State &host, metrics::State &state) {
    for (const auto &interface : host.interfaces) {
        state.interfaces.push_back({interface.name, interface.program.has_value(),
                                    interface.program && interface.program->native, interface.up});
    }
    for (const auto &vip : host.vips) {
        state.vips.push_back({vip.address.to_string(), vip.interface, vip.present});
    }
    state.repairs = {
        {"program", host.repairs.programs}, {"vip", host.repairs.vips}, {"pin", host.repairs.pins}};
}

} // namespace

metrics::State make_metrics_state(const StatusInput &input, metrics::State state) {
    state.version = SIPSTEER_VERSION;
    state.layout = SS_LAYOUT_VERSION;
    add_host(input.host, state);
    add_services(input, state);
    add_pools(input, state);
    add_servers(input, state);
    state.reasons = dataplane::read_reasons(input.maps);
    add_table(input, state);
    add_handed_over(input, state);
    add_guard(input.guard, state);
    state.call_events_lost = dataplane::read_tap_dropped(input.maps, SS_TAP_CALLS);
    return state;
}

} // namespace sipsteer::status

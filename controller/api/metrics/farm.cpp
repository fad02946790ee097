// SPDX-License-Identifier: Apache-2.0
//
// Pools, servers and their probes.
#include "api/metrics/parts.hpp"

namespace sipsteer::metrics {

namespace {

Labels labels_of(const Server &server) {
    return {{"pool", server.pool}, {"server", server.name}};
}

Labels labels_of(const Server &server, const Probe &probe) {
    auto labels = labels_of(server);
    labels.emplace_back("path", probe.path);
    return labels;
}

template <typename Value>
void add_by_server(const State &state, Family family, Value value) {
    for (const auto &server : state.servers) {
        family.add(labels_of(server), value(server));
    }
}

void add_standing(const State &state, Families &families) {
    add_by_server(state, families.gauge("server_up", "0 if the server is down."),
                  [](const Server &server) { return server.up; });
    add_by_server(
        state,
        families.gauge("server_enabled", "1 if the server is enabled and its weight is not 0."),
        [](const Server &server) { return server.enabled; });
    add_by_server(state, families.gauge("server_forwards", "1 if running calls go to the server."),
                  [](const Server &server) { return server.forwards; });
    add_by_server(state, families.gauge("server_takes_new", "1 if new calls go to the server."),
                  [](const Server &server) { return server.takes_new; });
    add_by_server(
        state,
        families.gauge("server_neighbour_resolved", "1 if the server's MAC address is known."),
        [](const Server &server) { return server.neighbour_resolved; });
    add_by_server(state, families.gauge("server_weight", "The server's weight in force."),
                  [](const Server &server) { return server.weight; });
    auto draining = families.gauge("server_draining_seconds", "Time since the start of the drain.");
    for (const auto &server : state.servers) {
        if (server.draining_seconds) {
            draining.add(labels_of(server), *server.draining_seconds);
        }
    }
}

void add_counters(const State &state, Families &families) {
    add_by_server(state, families.counter("server_packets_total", "Packets sent to a server."),
                  [](const Server &server) { return std::uint64_t{server.counters.sent.packets}; });
    add_by_server(state, families.counter("server_bytes_total", "Bytes sent to a server."),
                  [](const Server &server) { return std::uint64_t{server.counters.sent.bytes}; });
    add_by_server(state, families.counter("server_new_calls_total", "New calls of a server."),
                  [](const Server &server) { return std::uint64_t{server.counters.new_calls}; });
    add_by_server(state,
                  families.counter("server_rehomed_calls_total",
                                   "Calls that moved to a server from a server that was gone."),
                  [](const Server &server) { return std::uint64_t{server.counters.rehomed}; });
    add_by_server(state,
                  families.counter("server_refused_calls_total",
                                   "Times that the scheduler skipped a server at its limit."),
                  [](const Server &server) { return std::uint64_t{server.counters.refused}; });
}

template <typename Add>
void for_each_probe(const State &state, Add add) {
    for (const auto &server : state.servers) {
        for (const auto &probe : server.probes) {
            add(labels_of(server, probe), probe);
        }
    }
}

void add_probes(const State &state, Families &families) {
    auto up = families.gauge("probe_up", "1 if the server is up by the probes on this path.");
    for_each_probe(state,
                   [&](const Labels &labels, const Probe &probe) { up.add(labels, probe.up); });
    auto results = families.counter("probe_results_total", "Probes by their outcome.");
    for_each_probe(state, [&](const Labels &labels, const Probe &probe) {
        for (const auto &[result, count] : probe.results) {
            auto with_result = labels;
            with_result.emplace_back("result", result);
            results.add(with_result, count);
        }
    });
    auto transitions =
        families.counter("probe_transitions_total", "Changes of a server's health on this path.");
    for_each_probe(state, [&](const Labels &labels, const Probe &probe) {
        transitions.add(labels, probe.transitions);
    });
    auto latency = families.histogram("probe_duration_seconds",
                                      "Time from a probe's first request to its final answer.");
    for_each_probe(state, [&](const Labels &labels, const Probe &probe) {
        latency.add(labels, probe.latency);
    });
}

} // namespace

void add_farm(const State &state, Families &families) {
    auto pools = families.gauge("pool_up", "1 if the pool takes new calls.");
    for (const auto &pool : state.pools) {
        pools.add({{"pool", pool.name}}, pool.up);
    }
    add_standing(state, families);
    add_counters(state, families);
    add_probes(state, families);
}

} // namespace sipsteer::metrics

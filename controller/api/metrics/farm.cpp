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
    add_by_server(state, families.gauge("server_up", "0 if the server is known to be down."),
                  [](const Server &server) { return server.up; });
    add_by_server(state, families.gauge("server_forwards", "1 if running calls are sent to it."),
                  [](const Server &server) { return server.forwards; });
    add_by_server(state, families.gauge("server_takes_new", "1 if it is given new calls."),
                  [](const Server &server) { return server.takes_new; });
    add_by_server(state,
                  families.gauge("server_neighbour_resolved", "1 if its MAC address is known."),
                  [](const Server &server) { return server.neighbour_resolved; });
    add_by_server(state, families.gauge("server_weight", "Its weight in force now."),
                  [](const Server &server) { return server.weight; });
    auto draining =
        families.gauge("server_draining_seconds", "How long a server has been draining.");
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
    add_by_server(
        state, families.counter("server_new_calls_total", "Calls that the ring gave to a server."),
        [](const Server &server) { return std::uint64_t{server.counters.new_calls}; });
    add_by_server(state,
                  families.counter("server_rehomed_calls_total",
                                   "Calls that a server took over from one that was gone."),
                  [](const Server &server) { return std::uint64_t{server.counters.rehomed}; });
    add_by_server(
        state,
        families.counter("server_refused_calls_total",
                         "Times a server was at its limit when asked to take a new call."),
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
    auto up = families.gauge("probe_up", "1 if the probes by this path say that the server is up.");
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
        families.counter("probe_transitions_total", "Changes of a server's health by this path.");
    for_each_probe(state, [&](const Labels &labels, const Probe &probe) {
        transitions.add(labels, probe.transitions);
    });
    auto latency = families.histogram("probe_duration_seconds",
                                      "From a probe's first request to its final answer.");
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

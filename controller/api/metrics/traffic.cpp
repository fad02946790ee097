// SPDX-License-Identifier: Apache-2.0
//
// Packets, bytes and messages. Bytes are of whole Ethernet frames without the FCS.
#include "api/metrics/parts.hpp"
#include "kernel/dataplane/counters.hpp"

namespace sipsteer::metrics {

namespace {

using dataplane::method_label;
using dataplane::reason_label;
using dataplane::verdict_label;

void add_services(const State &state, Families &families) {
    auto packets = families.counter("service_packets_total", "Packets to a service.");
    for (const auto &service : state.services) {
        packets.add({{"service", service.name}}, std::uint64_t{service.traffic.packets});
    }
    auto bytes = families.counter("service_bytes_total", "Bytes of packets to a service.");
    for (const auto &service : state.services) {
        bytes.add({{"service", service.name}}, std::uint64_t{service.traffic.bytes});
    }
    auto messages = families.counter("service_messages_total",
                                     "Messages to a service, by method or response class.");
    for (const auto &service : state.services) {
        for (std::uint32_t method = 0; method < SS_METHODS; method++) {
            if (method != SS_METHOD_RESERVED) {
                messages.add({{"service", service.name}, {"method", method_label(method)}},
                             service.messages[method]);
            }
        }
    }
}

void add_guard(const State &state, Families &families) {
    const auto count = [&](const char *name, const char *help, __u64 ss_guard_counters::*counter) {
        auto family = families.counter(name, help);
        for (const auto &service : state.services) {
            family.add({{"service", service.name}}, std::uint64_t{service.guard.*counter});
        }
    };
    count("guard_denied_total", "Packets to a service that the guard dropped.",
          &ss_guard_counters::denied);
    count("guard_observed_total", "Packets to a service that the guard would drop without observe.",
          &ss_guard_counters::observed);
    count("guard_limited_total", "New calls beyond a limit of the service, dropped.",
          &ss_guard_counters::limited);
    count("guard_limited_observed_total",
          "New calls beyond a limit of the service, steered because it is only observed.",
          &ss_guard_counters::limited_observed);
    count("guard_refused_total", "Requests whose method the service takes from no such source.",
          &ss_guard_counters::refused);
    count("guard_refused_observed_total",
          "Requests whose method would be refused, steered because it is only observed.",
          &ss_guard_counters::refused_observed);
    count("guard_scanned_total", "New calls with a scanner's User-Agent, dropped.",
          &ss_guard_counters::scanned);
    count("guard_scanned_observed_total",
          "New calls with a scanner's User-Agent, steered because it is only observed.",
          &ss_guard_counters::scanned_observed);
    auto prefixes = families.gauge("guard_prefixes", "Prefixes of the guard, by list and action.");
    for (const auto &[of, entries] : state.guard.prefixes) {
        prefixes.add({{"scope", of.first.empty() ? "all" : "service"},
                      {"service", of.first},
                      {"action", of.second}},
                     entries);
    }
    families.gauge("bans", "Bans in force.").add({}, state.guard.bans);
}

/// A reason goes with few verdicts: those it never had are left out.
template <typename Value>
void add_by_reason(const State &state, Family family, Value value) {
    for (std::uint32_t reason = 0; reason < SS_REASON_COUNT; reason++) {
        for (std::uint32_t verdict = 0; verdict < SS_VERDICTS; verdict++) {
            const auto &traffic = state.reasons[ss_reason_index(reason, verdict)];
            if (traffic.packets != 0) {
                family.add({{"reason", reason_label(reason)}, {"verdict", verdict_label(verdict)}},
                           std::uint64_t{value(traffic)});
            }
        }
    }
}

void add_fragments(const State &state, Families &families) {
    families
        .counter("fragments_held_total", "Fragments held because they overtook their first one.")
        .add({}, state.fragments.held);
    families.counter("fragments_released_total", "Held fragments sent to their server.")
        .add({}, state.fragments.released);
    auto given_up =
        families.counter("fragments_given_up_total", "Held fragments dropped, by cause.");
    for (const auto &[cause, count] : state.fragments.given_up) {
        given_up.add({{"cause", cause}}, count);
    }
    families.gauge("fragments_held_bytes", "Memory of held fragments.")
        .add({}, state.fragments.bytes_held);
}

} // namespace

void add_traffic(const State &state, Families &families) {
    add_services(state, families);
    add_guard(state, families);
    add_by_reason(state, families.counter("packets_total", "Packets by verdict and reason."),
                  [](const ss_traffic &traffic) { return traffic.packets; });
    add_by_reason(state, families.counter("bytes_total", "Bytes of packets by verdict and reason."),
                  [](const ss_traffic &traffic) { return traffic.bytes; });
    add_fragments(state, families);
    auto rejects = families.counter("rejects_total", "Requests to answer with 503, by outcome.");
    for (const auto &[result, count] : state.rejects) {
        rejects.add({{"result", result}}, count);
    }
}

} // namespace sipsteer::metrics

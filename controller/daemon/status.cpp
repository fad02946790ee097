// SPDX-License-Identifier: Apache-2.0
#include "daemon/status.hpp"

#include "calls/call_view.hpp"
#include "calls/clock.hpp"
#include "dataplane/counters.hpp"

#include <sipsteer/layout.h>

#include <algorithm>

namespace sipsteer::daemon {

namespace {

using nlohmann::json;

const char *health_name(plan::Health health) {
    switch (health) {
    case plan::Health::Up:
        return "up";
    case plan::Health::Down:
        return "down";
    case plan::Health::Unknown:
        break;
    }
    return "unknown";
}

template <typename Items, typename Match>
auto find(const Items &items, Match match) -> decltype(&*items.begin()) {
    const auto found = std::find_if(items.begin(), items.end(), match);
    return found == items.end() ? nullptr : &*found;
}

json traffic_json(const ss_traffic &traffic) {
    return {{"packets", traffic.packets}, {"bytes", traffic.bytes}};
}

json states_json(const calls::StateCounts &counts) {
    json states = json::object();
    for (std::uint32_t state = SS_CALL_EARLY; state < SS_CALL_STATES; state++) {
        states[std::string(calls::state_name(state))] = counts[state];
    }
    return states;
}

json interfaces_json(const StatusInput &input) {
    json interfaces = json::array();
    for (const auto &attachment : input.attachments) {
        interfaces.push_back({{"name", attachment.interface},
                              {"ifindex", attachment.ifindex},
                              {"mode", attachment.native ? "native" : "generic"},
                              {"dispatcher", attachment.dispatcher},
                              {"program_id", attachment.program_id}});
    }
    return interfaces;
}

/// Messages by method and response class; those that there were.
json messages_json(const StatusInput &input, std::uint16_t service) {
    json messages = json::object();
    for (std::uint32_t method = 0; method < SS_METHODS; method++) {
        if (const auto count = dataplane::read_messages(input.maps, service, method)) {
            messages[dataplane::method_label(method)] = count;
        }
    }
    return messages;
}

json services_json(const StatusInput &input) {
    json services = json::array();
    for (const auto &service : input.config.services) {
        json entry = {{"name", service.name},
                      {"address", service.address.to_string()},
                      {"port", service.port},
                      {"protocol", "udp"},
                      {"pool", service.pool}};
        const auto *planned =
            find(input.plan.services, [&](const auto &item) { return item.name == service.name; });
        if (planned != nullptr) {
            entry.update(
                traffic_json(dataplane::read_service_traffic(input.maps, planned->value.id)));
            entry["messages"] = messages_json(input, planned->value.id);
        }
        services.push_back(std::move(entry));
    }
    return services;
}

json probe_json(const health::TargetResult &result) {
    json probe = {{"last", result.last},
                  {"reason", result.reason},
                  {"changed_unix", std::chrono::duration_cast<std::chrono::seconds>(
                                       result.changed.time_since_epoch())
                                       .count()},
                  {"rtt_ms", nullptr},
                  {"sent", result.counters.sent},
                  {"ok", result.counters.ok},
                  {"timeout", result.counters.timeout},
                  {"wrong_code", result.counters.wrong_code},
                  {"icmp", result.counters.icmp},
                  {"local_error", result.counters.local},
                  {"unmatched", result.counters.unmatched}};
    if (result.rtt) {
        probe["rtt_ms"] = static_cast<double>(result.rtt->count()) / 1000.0;
    }
    return probe;
}

json next_hop_json(const NextHop &next_hop) {
    if (!next_hop.resolved) {
        return {{"resolved", false}, {"problem", next_hop.problem}};
    }
    return {{"resolved", true},
            {"mac", to_string(next_hop.mac)},
            {"ifindex", next_hop.ifindex},
            {"vlan", next_hop.vlan}};
}

json server_calls_json(const calls::SweepTotals &totals, std::uint16_t index) {
    const auto *counted =
        find(totals.servers, [&](const auto &item) { return item.server == index; });
    const calls::ServerCalls none;
    const auto &calls = counted != nullptr ? *counted : none;
    json entry = states_json(calls.by_state);
    entry["live"] = calls.live;
    return entry;
}

json server_json(const StatusInput &input, const config::Pool &pool, const config::Server &server) {
    const plan::ServerId id{pool.name, server.name};
    const auto probe = input.probes.find(id);
    const auto next_hop = input.next_hops.find(server.address);
    json entry = {{"name", server.name},
                  {"address", server.address.to_string()},
                  {"port", server.port},
                  {"weight", server.weight},
                  {"admin", server.admin == config::Admin::Enabled ? "enabled" : "disabled"},
                  {"health", pool.probe.type == config::ProbeType::None ? "unprobed" : "unknown"}};
    if (probe != input.probes.end()) {
        entry["health"] = health_name(probe->second.health);
        entry["probe"] = probe_json(probe->second);
    }
    if (next_hop != input.next_hops.end()) {
        entry["next_hop"] = next_hop_json(next_hop->second);
    }
    const auto *planned = find(input.plan.servers, [&](const auto &item) { return item.id == id; });
    if (planned == nullptr) {
        return entry;
    }
    const auto counters = dataplane::read_server_counters(input.maps, planned->index);
    entry["index"] = planned->index;
    entry["forwards"] = (planned->value.flags & SS_SERVER_FORWARD) != 0;
    entry["takes_new"] = planned->takes_new;
    entry.update(traffic_json(counters.sent));
    entry["new_calls"] = counters.new_calls;
    entry["rehomed_calls"] = counters.rehomed;
    entry["calls"] = server_calls_json(input.sweeping.totals(), planned->index);
    return entry;
}

json pools_json(const StatusInput &input) {
    json pools = json::array();
    for (const auto &pool : input.config.pools) {
        json servers = json::array();
        for (const auto &server : pool.servers) {
            servers.push_back(server_json(input, pool, server));
        }
        pools.push_back(
            {{"name", pool.name},
             {"mode", pool.mode == config::PoolMode::Stateful ? "stateful" : "stateless"},
             {"scheduler", "hash"},
             {"servers", std::move(servers)}});
    }
    return pools;
}

json calls_json(const StatusInput &input) {
    const auto &totals = input.sweeping.totals();
    return {{"entries", input.maps.calls().size() * SS_BUCKET_ENTRIES},
            {"live", totals.live},
            {"by_state", states_json(totals.by_state)},
            {"fill", totals.fill()},
            {"full_buckets", totals.full_buckets},
            {"sweep",
             {{"passes", totals.pass},
              {"expired_in_last", totals.expired},
              {"last_cpu_ms", static_cast<double>(input.sweeping.pass_time().count()) / 1000.0}}}};
}

/// Of the fragments that the data plane handed over; its own counts are under "reasons".
json fragments_json(const StatusInput &input) {
    const auto &counters = input.holder.counters();
    return {{"held", counters.held},       {"released", counters.released},
            {"expired", counters.expired}, {"no_room", counters.no_room},
            {"failed", counters.failed},   {"bytes_held_now", input.holder.bytes()}};
}

json reasons_json(const StatusInput &input) {
    json reasons = json::array();
    const auto counters = dataplane::read_reasons(input.maps);
    for (std::uint32_t reason = 0; reason < SS_REASON_COUNT; reason++) {
        for (std::uint32_t verdict = 0; verdict < SS_VERDICTS; verdict++) {
            const auto &traffic = counters[ss_reason_index(reason, verdict)];
            if (traffic.packets == 0) {
                continue;
            }
            json entry = traffic_json(traffic);
            entry["reason"] = dataplane::reason_label(reason);
            entry["verdict"] = dataplane::verdict_label(verdict);
            entry["text"] = dataplane::reason_text(reason);
            reasons.push_back(std::move(entry));
        }
    }
    return reasons;
}

} // namespace

nlohmann::json make_status(const StatusInput &input) {
    return {{"version", SIPSTEER_VERSION},
            {"layout", SS_LAYOUT_VERSION},
            {"uptime_seconds", input.uptime.count()},
            {"interfaces", interfaces_json(input)},
            {"services", services_json(input)},
            {"pools", pools_json(input)},
            {"calls", calls_json(input)},
            {"fragments", fragments_json(input)},
            {"reasons", reasons_json(input)}};
}

} // namespace sipsteer::daemon

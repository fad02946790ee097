// SPDX-License-Identifier: Apache-2.0
#include "api/status/server_status.hpp"

#include "api/status/counter_status.hpp"
#include "calls/call_view.hpp"
#include "config/choices.hpp"
#include "farm/farm_status.hpp"

#include <string>

namespace sipsteer::status {

using nlohmann::json;

namespace {

const char *health_name(Health health) {
    switch (health) {
    case Health::Up:
        return "up";
    case Health::Down:
        return "down";
    case Health::Unknown:
        break;
    }
    return "unknown";
}

std::int64_t unix_seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

json probe_path_json(const health::PathResult &path) {
    const auto &counters = path.counters;
    json entry = {{"path", config::word(path.path)},
                  {"type", config::word(path.type)},
                  {"to", to_string(path.to)},
                  {"health", health_name(path.health)},
                  {"reason", path.reason},
                  {"changed_unix", unix_seconds(path.changed)},
                  {"held_for_ms", path.held_for.count()},
                  {"last", path.last},
                  {"rtt_ms", nullptr},
                  {"sent", counters.sent},
                  {"ok", counters.ok},
                  {"timeout", counters.timeout},
                  {"wrong_code", counters.wrong_code},
                  {"icmp", counters.icmp},
                  {"connection", counters.connection},
                  {"local_error", counters.local},
                  {"not_sent", counters.not_sent},
                  {"late", counters.late},
                  {"wrong_source", counters.wrong_source},
                  {"unmatched", counters.unmatched}};
    if (path.rtt) {
        entry["rtt_ms"] = static_cast<double>(path.rtt->count()) / 1000.0;
    }
    return entry;
}

json probe_json(const health::TargetResult &result) {
    json paths = json::array();
    for (const auto &path : result.paths) {
        paths.push_back(probe_path_json(path));
    }
    return {{"reason", result.reason},
            {"changed_unix", unix_seconds(result.changed)},
            {"paths", std::move(paths)}};
}

json next_hop_json(const NextHop &next_hop) {
    if (!next_hop.resolved) {
        return {{"resolved", false}, {"failed", next_hop.failed}, {"problem", next_hop.problem}};
    }
    if (next_hop.local) {
        return {{"resolved", true}, {"local", true}};
    }
    json entry = {{"resolved", true},
                  {"mac", to_string(next_hop.mac)},
                  {"ifindex", next_hop.ifindex},
                  {"vlan", next_hop.vlan}};
    if (next_hop.router) {
        entry["router"] = next_hop.router->to_string();
    }
    if (!next_hop.own_trouble.empty()) {
        entry["own_trouble"] = next_hop.own_trouble;
    }
    return entry;
}

/// A whole number unless slow start makes a fraction of it.
json weight_json(double weight) {
    const auto whole = static_cast<std::int64_t>(weight);
    return static_cast<double>(whole) == weight ? json(whole) : json(weight);
}

json server_calls_json(const calls::ServerCalls &calls) {
    json entry = states_json(calls.by_state);
    entry["live"] = calls.live;
    return entry;
}

} // namespace

json states_json(const calls::StateCounts &counts) {
    json states = json::object();
    for (std::uint32_t state = SS_CALL_EARLY; state < SS_CALL_STATES; state++) {
        states[std::string(calls::state_name(state))] = counts[state];
    }
    return states;
}

json server_status_json(const StatusInput &input, const config::Pool &pool,
                        const config::Server &server) {
    const ServerId id{pool.name, server.name};
    const auto probe = input.probes.find(id);
    const auto next_hop = input.next_hops.find(server.hop_address());
    json entry = {{"health", pool.probe.type == config::ProbeType::None ? "unprobed" : "unknown"}};
    if (probe != input.probes.end()) {
        entry["health"] = health_name(probe->second.health);
        entry["probe"] = probe_json(probe->second);
    }
    if (next_hop != input.next_hops.end()) {
        entry["next_hop"] = next_hop_json(next_hop->second);
    }
    const auto *planned = planned_server(input, id);
    if (planned == nullptr) {
        return entry;
    }
    entry["index"] = planned->index;
    entry["forwards"] = (planned->value.flags & SS_SERVER_FORWARD) != 0;
    entry["takes_new"] = planned->takes_new;
    entry.update(server_counters_json(input, planned->index));
    const auto *counted = counted_calls(input, planned->index);
    const auto calls = counted != nullptr ? *counted : calls::ServerCalls{};
    const auto share = input.ring_shares.find(planned->index);
    entry["ring_share"] = share == input.ring_shares.end() ? 0 : share->second;
    entry["weight_now"] = weight_json(planned->weight_now);
    entry["live_calls"] = calls.running();
    entry["calls"] = server_calls_json(calls);
    if (const auto drain = input.drains.all().find(id); drain != input.drains.all().end()) {
        entry["drain"] = farm::drain_json(drain->second, calls);
    }
    if (const auto rehome = input.rehomes.find(id); rehome != input.rehomes.end()) {
        entry["rehome"] = rehome->second;
    }
    return entry;
}

} // namespace sipsteer::status

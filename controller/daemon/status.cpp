// SPDX-License-Identifier: Apache-2.0
#include "daemon/status.hpp"

#include "calls/call_view.hpp"
#include "calls/clock.hpp"
#include "config/fields.hpp"
#include "daemon/farm_status.hpp"
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

const char *type_name(config::ProbeType type) {
    const auto known = std::find_if(std::begin(config::kProbeTypes), std::end(config::kProbeTypes),
                                    [&](const auto &choice) { return choice.value == type; });
    return known == std::end(config::kProbeTypes) ? "" : known->text;
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

const plan::PlannedPool *planned_pool(const StatusInput &input, const std::string &name) {
    return find(input.plan.pools, [&](const auto &pool) { return pool.name == name; });
}

json services_json(const StatusInput &input) {
    json services = json::array();
    for (const auto &service : input.config.services) {
        json entry = {{"name", service.name},
                      {"address", service.address.to_string()},
                      {"port", service.port},
                      {"protocol", "udp"},
                      {"pool", service.pool}};
        entry.update(pool_state_json(planned_pool(input, service.pool)));
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

std::int64_t unix_seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

json probe_path_json(const health::PathResult &path) {
    const auto &counters = path.counters;
    json entry = {{"path", path.path == config::ProbePath::Dsr ? "dsr" : "direct"},
                  {"type", type_name(path.type)},
                  {"to", health::to_string(path.to)},
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
    return {{"resolved", true},
            {"mac", to_string(next_hop.mac)},
            {"ifindex", next_hop.ifindex},
            {"vlan", next_hop.vlan}};
}

calls::ServerCalls calls_of(const calls::SweepTotals &totals, std::uint16_t index) {
    const auto *counted =
        find(totals.servers, [&](const auto &item) { return item.server == index; });
    return counted != nullptr ? *counted : calls::ServerCalls{};
}

json server_calls_json(const calls::ServerCalls &calls) {
    json entry = states_json(calls.by_state);
    entry["live"] = calls.live;
    return entry;
}

json server_json(const StatusInput &input, const config::Pool &pool, const config::Server &server) {
    const plan::ServerId id{pool.name, server.name};
    const auto probe = input.probes.find(id);
    const auto next_hop = input.next_hops.find(server.hop_address());
    json entry = {{"name", server.name},
                  {"address", server.address.to_string()},
                  {"port", server.port},
                  {"weight", server.weight},
                  {"admin", config::OneOf{config::kAdmin}.write(server.admin)},
                  {"tier", server.tier},
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
    const auto calls = calls_of(input.sweeping.totals(), planned->index);
    entry["weight_now"] = planned->value.weight;
    entry["live_calls"] = calls.running();
    entry["calls"] = server_calls_json(calls);
    if (const auto drain = input.drains.all().find(id); drain != input.drains.all().end()) {
        entry["drain"] = drain_json(drain->second, calls);
    }
    return entry;
}

json pools_json(const StatusInput &input) {
    json pools = json::array();
    for (const auto &pool : input.config.pools) {
        json servers = json::array();
        for (const auto &server : pool.servers) {
            servers.push_back(server_json(input, pool, server));
        }
        json entry = pool_json(pool, planned_pool(input, pool.name));
        entry["servers"] = std::move(servers);
        pools.push_back(std::move(entry));
    }
    return pools;
}

json calls_json(const StatusInput &input) {
    const auto &totals = input.sweeping.totals();
    const auto sizes = input.maps.sizes();
    return {{"capacity", input.config.call_capacity},
            {"entries", std::uint64_t{sizes.present} * SS_BUCKET_ENTRIES},
            {"bytes", std::uint64_t{sizes.present} * (sizeof(ss_bucket) + sizeof(ss_births))},
            {"resizing", sizes.before != 0},
            {"live", totals.live},
            {"live_in_table_before", totals.before},
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
    return {{"held", counters.held},
            {"released", counters.released},
            {"expired", counters.expired},
            {"no_room", counters.no_room},
            {"failed", counters.failed},
            {"unwanted", counters.unwanted},
            {"bytes_held_now", input.holder.bytes()}};
}

/// Of the requests that the data plane handed over to be answered with 503.
json rejects_json(const StatusInput &input) {
    const auto &counters = input.rejecter.counters();
    return {{"answered", counters.answered},
            {"malformed", counters.malformed},
            {"not_sent", counters.not_sent},
            {"stale", counters.stale}};
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
            {"rejects", rejects_json(input)},
            {"reasons", reasons_json(input)}};
}

} // namespace sipsteer::daemon

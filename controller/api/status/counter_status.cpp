// SPDX-License-Identifier: Apache-2.0
#include "api/status/counter_status.hpp"

#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/guard.hpp"

namespace sipsteer::status {

using nlohmann::json;

namespace {

json traffic_json(const ss_traffic &traffic) {
    return {{"packets", traffic.packets}, {"bytes", traffic.bytes}};
}

/// Messages by method and response class, added up over all services; those that there were.
json methods_json(const StatusInput &input) {
    json methods = json::object();
    for (std::uint32_t method = 0; method < SS_METHODS; method++) {
        std::uint64_t count = 0;
        for (const auto &service : input.plan->services) {
            if (!service.is_marker()) {
                count += dataplane::read_messages(input.maps, service.value.id, method);
            }
        }
        if (count != 0) {
            methods[dataplane::method_label(method)] = count;
        }
    }
    return methods;
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

} // namespace

json service_counters_json(const StatusInput &input, std::uint16_t service) {
    json entry = traffic_json(dataplane::read_service_traffic(input.maps, service));
    entry["messages"] = messages_json(input, service);
    const auto guard = dataplane::read_guard_counters(input.maps, service);
    entry["denied"] = guard.denied;
    entry["observed"] = guard.observed;
    entry["limited"] = guard.limited;
    entry["limited_observed"] = guard.limited_observed;
    entry["refused"] = guard.refused;
    entry["refused_observed"] = guard.refused_observed;
    entry["scanned"] = guard.scanned;
    entry["scanned_observed"] = guard.scanned_observed;
    return entry;
}

json server_counters_json(const StatusInput &input, std::uint16_t server) {
    const auto counters = dataplane::read_server_counters(input.maps, server);
    json entry = traffic_json(counters.sent);
    entry["new_calls"] = counters.new_calls;
    entry["rehomed_calls"] = counters.rehomed;
    return entry;
}

/// Of the fragments that the data plane handed over; its own counts are under "reasons".
json fragments_json(const StatusInput &input) {
    const auto &counters = input.held;
    return {{"held", counters.held},         {"released", counters.released},
            {"expired", counters.expired},   {"no_room", counters.no_room},
            {"failed", counters.failed},     {"misfits", counters.misfits},
            {"unwanted", counters.unwanted}, {"bytes_held_now", input.held_bytes}};
}

/// Of the requests that the data plane handed over to be answered with 503.
json rejects_json(const StatusInput &input) {
    const auto &counters = input.rejects;
    return {{"answered", counters.answered},
            {"malformed", counters.malformed},
            {"too_long", counters.too_long},
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

json make_counters(const StatusInput &input) {
    json services = json::array();
    for (const auto &service : input.plan->services) {
        if (!service.is_marker()) {
            json entry = service_counters_json(input, service.value.id);
            entry["service"] = service.name;
            services.push_back(std::move(entry));
        }
    }
    json servers = json::array();
    for (const auto &server : input.plan->servers) {
        json entry = server_counters_json(input, server.index);
        entry["pool"] = server.id.pool;
        entry["server"] = server.id.server;
        servers.push_back(std::move(entry));
    }
    return {{"reasons", reasons_json(input)},
            {"methods", methods_json(input)},
            {"services", std::move(services)},
            {"servers", std::move(servers)},
            {"fragments", fragments_json(input)},
            {"rejects", rejects_json(input)},
            {"call_events", {{"lost", dataplane::read_tap_dropped(input.maps, SS_TAP_CALLS)}}}};
}

} // namespace sipsteer::status

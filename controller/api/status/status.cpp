// SPDX-License-Identifier: Apache-2.0
#include "api/status/status.hpp"

#include "api/status/counter_status.hpp"
#include "api/status/guard_status.hpp"
#include "api/status/resource_status.hpp"
#include "api/status/server_status.hpp"
#include "config/choices.hpp"
#include "farm/farm_status.hpp"

#include <sipsteer/layout.h>

namespace sipsteer::status {

namespace {

using nlohmann::json;

void add_upkeep(json &entry, const std::string &problem, const upkeep::Repair &repair) {
    if (!problem.empty()) {
        entry["problem"] = problem;
    }
    entry["repairs"] = repair.count;
    if (repair.count != 0) {
        entry["last_found"] = repair.found;
    }
}

json interfaces_json(const upkeep::State &host) {
    json interfaces = json::array();
    for (const auto &interface : host.interfaces) {
        json entry = {{"name", interface.name},
                      {"attached", interface.program.has_value()},
                      {"link", interface.up ? "up" : "down"}};
        if (const auto &program = interface.program) {
            entry["ifindex"] = program->ifindex;
            entry["mode"] = dataplane::mode_word(program->native);
            entry["dispatcher"] = program->dispatcher;
            entry["program_id"] = program->program_id;
        }
        add_upkeep(entry, interface.problem, interface.repair);
        interfaces.push_back(std::move(entry));
    }
    return interfaces;
}

json vips_json(const upkeep::State &host) {
    json vips = json::array();
    for (const auto &vip : host.vips) {
        json entry = {{"address", vip.address.to_string()},
                      {"interface", vip.interface},
                      {"present", vip.present}};
        add_upkeep(entry, vip.problem, vip.repair);
        vips.push_back(std::move(entry));
    }
    return vips;
}

json services_json(const StatusInput &input) {
    json services = json::array();
    for (const auto &service : input.config->services) {
        json entry = {{"name", service.name},
                      {"address", service.address.to_string()},
                      {"port", service.port},
                      {"protocol", config::word(service.protocol)},
                      {"pool", service.pool}};
        entry.update(service_status(input, service.name));
        services.push_back(std::move(entry));
    }
    return services;
}

json server_json(const StatusInput &input, const config::Pool &pool, const config::Server &server) {
    json entry = {
        {"name", server.name},     {"address", server.address.to_string()}, {"port", server.port},
        {"weight", server.weight}, {"admin", config::word(server.admin)},   {"tier", server.tier}};
    entry.update(server_status_json(input, pool, server));
    return entry;
}

json pools_json(const StatusInput &input) {
    json pools = json::array();
    for (const auto &pool : input.config->pools) {
        json servers = json::array();
        for (const auto &server : pool.servers) {
            servers.push_back(server_json(input, pool, server));
        }
        json entry = farm::pool_json(pool, planned_pool(input, pool.name));
        entry["servers"] = std::move(servers);
        pools.push_back(std::move(entry));
    }
    return pools;
}

json calls_json(const StatusInput &input) {
    const auto &totals = input.swept.totals;
    const auto sizes = input.tables;
    return {{"capacity", input.config->call_capacity},
            {"entries", std::uint64_t{sizes.present} * SS_BUCKET_ENTRIES},
            {"bytes", (std::uint64_t{sizes.present} + sizes.before) *
                          (sizeof(ss_bucket) + sizeof(ss_births))},
            {"resizing", sizes.before != 0},
            {"live", totals.live},
            {"live_in_table_before", totals.before},
            {"by_state", states_json(totals.by_state)},
            {"fill", totals.fill()},
            {"full_buckets", totals.full_buckets},
            {"sweep",
             {{"passes", totals.pass},
              {"expired_in_last", totals.expired},
              {"last_cpu_ms", static_cast<double>(input.swept.pass_time.count()) / 1000.0}}}};
}

} // namespace

nlohmann::json make_status(const StatusInput &input) {
    return {{"version", SIPSTEER_VERSION},
            {"layout", SS_LAYOUT_VERSION},
            {"uptime_seconds", input.uptime.count()},
            {"interfaces", interfaces_json(input.host)},
            {"vips", vips_json(input.host)},
            {"host_repairs",
             {{"programs", input.host.repairs.programs},
              {"vips", input.host.repairs.vips},
              {"pins", input.host.repairs.pins}}},
            {"services", services_json(input)},
            {"pools", pools_json(input)},
            {"calls", calls_json(input)},
            {"fragments", fragments_json(input)},
            {"rejects", rejects_json(input)},
            {"guard", guard_json(input.guard)},
            {"reasons", reasons_json(input)}};
}

} // namespace sipsteer::status

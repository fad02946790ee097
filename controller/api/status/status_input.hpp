// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "config/model.hpp"
#include "farm/guard.hpp"
#include "farm/plan/drains.hpp"
#include "farm/plan/plan.hpp"
#include "farm/rehomes.hpp"
#include "farm/sweeping.hpp"
#include "health/prober.hpp"
#include "kernel/dataplane/maps.hpp"
#include "traffic/fragments/holder.hpp"
#include "traffic/reject/rejecter.hpp"
#include "upkeep/state.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace sipsteer::status {

/// Of the plan in force, by their names.
using PlannedServers = std::map<ServerId, const plan::PlannedServer *>;

inline PlannedServers by_name(const plan::Plan &plan) {
    PlannedServers servers;
    for (const auto &server : plan.servers) {
        servers.emplace(server.id, &server);
    }
    return servers;
}

/// Everything that GET /v1/status and the resources show is made of.
struct StatusInput {
    const config::Config &config;
    const dataplane::Maps &maps;
    const upkeep::State &host;
    const plan::Plan &plan;
    const farm::Guard &guard;
    const std::map<Address, NextHop> &next_hops;
    std::map<ServerId, health::TargetResult> probes; // a copy: the prober makes it when asked
    const farm::Sweeping &sweeping;
    const fragments::Holder &holder;
    const reject::Rejecter &rejecter;
    const plan::Drains &drains;
    const farm::Rehomes &rehomes;
    std::map<std::uint16_t, double> ring_shares; // of the plan
    PlannedServers planned;                      // in it
    std::chrono::seconds uptime;
};

/// The first of `items` that matches; null if none does.
template <typename Items, typename Match>
auto find_if(const Items &items, Match match) -> decltype(&*items.begin()) {
    const auto found = std::find_if(items.begin(), items.end(), match);
    return found == items.end() ? nullptr : &*found;
}

/// In force; null: not yet.
inline const plan::PlannedServer *planned_server(const StatusInput &input, const ServerId &id) {
    const auto found = input.planned.find(id);
    return found == input.planned.end() ? nullptr : found->second;
}

/// The calls of a server, by the last pass; null if it had none.
inline const calls::ServerCalls *counted_calls(const StatusInput &input, std::uint16_t index) {
    const auto &servers = input.sweeping.totals().servers; // by index
    const auto found = std::lower_bound(
        servers.begin(), servers.end(), index,
        [](const auto &server, std::uint16_t wanted) { return server.server < wanted; });
    return found != servers.end() && found->server == index ? &*found : nullptr;
}

/// In force; null: not yet.
inline const plan::PlannedPool *planned_pool(const StatusInput &input, const std::string &name) {
    return find_if(input.plan.pools, [&](const auto &pool) { return pool.name == name; });
}

} // namespace sipsteer::status

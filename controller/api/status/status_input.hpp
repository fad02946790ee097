// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "config/model.hpp"
#include "farm/guard.hpp"
#include "farm/plan/drains.hpp"
#include "farm/plan/plan.hpp"
#include "farm/plan/ring_moves.hpp"
#include "farm/sweeping.hpp"
#include "health/prober.hpp"
#include "kernel/dataplane/maps.hpp"
#include "traffic/fragments/holder.hpp"
#include "traffic/reject/rejecter.hpp"
#include "upkeep/state.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
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

/// The guard's lists in short.
struct GuardSizes {
    using Of = std::pair<std::string, std::string>; // service, "" for all; action

    std::map<Of, std::uint64_t> prefixes;
    std::size_t due = 0; // prefixes that are yet to be written or removed
    std::size_t bans = 0;
};

GuardSizes guard_sizes(const farm::Guard &guard);

/// Everything that GET /v1/status and the resources show is made of, as it was at one moment:
/// copies, and what nobody changes any more. So another thread may make documents of it, as long as
/// `maps` is there, whose counters are read only then.
struct Snapshot {
    std::shared_ptr<const config::Config> config;
    const dataplane::Maps &maps;
    dataplane::TableSizes tables;
    upkeep::State host;
    std::shared_ptr<const plan::Plan> plan;
    std::map<Address, NextHop> next_hops;
    std::map<ServerId, health::TargetResult> probes;
    farm::Swept swept;
    fragments::HolderCounters held;
    std::size_t held_bytes = 0;
    reject::RejecterCounters rejects;
    GuardSizes guard;
    plan::Drains drains;
    std::map<ServerId, nlohmann::json> rehomes; // the progress of each
    std::chrono::seconds uptime;
};

/// Likewise, with what follows from it and takes its time.
struct StatusInput : Snapshot {
    explicit StatusInput(Snapshot snapshot)
        : Snapshot(std::move(snapshot)), ring_shares(plan::ring_shares(*plan)),
          planned(by_name(*plan)) {}

    std::map<std::uint16_t, double> ring_shares; // of the plan
    PlannedServers planned;                      // in it
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
    const auto &servers = input.swept.totals.servers; // by index
    const auto found = std::lower_bound(
        servers.begin(), servers.end(), index,
        [](const auto &server, std::uint16_t wanted) { return server.server < wanted; });
    return found != servers.end() && found->server == index ? &*found : nullptr;
}

/// In force; null: not yet.
inline const plan::PlannedPool *planned_pool(const StatusInput &input, const std::string &name) {
    return find_if(input.plan->pools, [&](const auto &pool) { return pool.name == name; });
}

} // namespace sipsteer::status

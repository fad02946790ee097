// SPDX-License-Identifier: Apache-2.0
#include "farm/farm_log.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <chrono>

namespace sipsteer::farm {

namespace {

/// The services that a pool serves, by their names.
std::string services_of(const config::Config &config, const std::string &pool) {
    std::string names;
    for (const auto &service : config.services) {
        const bool by_method = std::any_of(service.method_pools.begin(), service.method_pools.end(),
                                           [&](const auto &entry) { return entry.pool == pool; });
        if (service.pool == pool || by_method) {
            names += (names.empty() ? "" : ", ") + service.name;
        }
    }
    return names;
}

std::int64_t seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

} // namespace

void PoolLog::note(const plan::Plan &plan, const config::Config &config) {
    std::map<std::string, bool> now;
    for (const auto &pool : plan.pools) {
        const bool up = pool.down.empty();
        now[pool.name] = up;
        const auto known = up_.find(pool.name);
        if (known == up_.end() ? !up : known->second == up) {
            continue;
        }
        const auto services = services_of(config, pool.name);
        if (up) {
            log::info(
                "pool_up",
                {{"pool", pool.name}, {"services", services}, {"servers", pool.members.size()}});
        } else {
            log::error("pool_down",
                       {{"pool", pool.name}, {"services", services}, {"reason", pool.down}});
        }
    }
    up_ = std::move(now);
}

void log_drain(const plan::DrainNote &note, const plan::Drain &drain, std::uint64_t calls_left,
               plan::Drain::Time now) {
    const auto &pool = note.id.pool;
    const auto &server = note.id.server;
    switch (note.what) {
    case plan::DrainNote::What::Started:
        if (drain.deadline) {
            log::info("drain_started", {{"pool", pool},
                                        {"server", server},
                                        {"seconds_to_deadline", seconds(*drain.deadline - now)}});
        } else {
            log::info("drain_started", {{"pool", pool}, {"server", server}});
        }
        break;
    case plan::DrainNote::What::Done:
        log::info("drain_done",
                  {{"pool", pool}, {"server", server}, {"seconds", seconds(now - drain.began)}});
        break;
    case plan::DrainNote::What::Deadline:
        log::warn("drain_deadline",
                  {{"pool", pool}, {"server", server}, {"calls_left", calls_left}});
        break;
    }
}

} // namespace sipsteer::farm

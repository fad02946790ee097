// SPDX-License-Identifier: Apache-2.0
#include "farm/health_log.hpp"

#include "base/log.hpp"

#include <chrono>

namespace sipsteer::farm {

void HealthLog::note(const std::map<ServerId, health::TargetResult> &results) {
    note_some(results);
    std::erase_if(health_, [&](const auto &known) { return results.count(known.first) == 0; });
}

void HealthLog::note_some(const std::map<ServerId, health::TargetResult> &results) {
    for (const auto &[id, result] : results) {
        auto &known = health_[id];
        if (known == result.health) {
            continue;
        }
        known = result.health;
        if (result.health == Health::Up) {
            log::info("server_up",
                      {{"pool", id.pool}, {"server", id.server}, {"reason", result.reason}});
        } else if (result.health == Health::Down) {
            log::warn("server_down",
                      {{"pool", id.pool}, {"server", id.server}, {"reason", result.reason}});
        }
    }
}

void HealthLog::note(const std::map<Address, NextHop> &next_hops) {
    note_own_trouble(next_hops);
    for (const auto &[address, now] : next_hops) {
        auto next_hop = now;
        next_hop.own_trouble.clear();
        auto &known = next_hops_[address];
        if (known == next_hop) {
            continue;
        }
        known = next_hop;
        if (next_hop.local) {
            macs_.erase(address);
            log::info("next_hop_local", {{"address", address.to_string()}});
        } else if (next_hop.resolved) {
            note_resolved(address, next_hop);
        } else if (!next_hop.pending) { // else its first answer is still awaited
            log::warn("next_hop_unresolved",
                      {{"address", address.to_string()}, {"problem", next_hop.problem}});
        }
    }
    const auto is_gone = [&](const auto &known) { return next_hops.count(known.first) == 0; };
    std::erase_if(next_hops_, is_gone);
    std::erase_if(macs_, is_gone);
}

/// Two hosts that answer for one address take turns: a line for each would fill the disk.
void HealthLog::note_resolved(const Address &address, const NextHop &next_hop) {
    auto &macs = macs_[address];
    switch (macs.note(next_hop.mac, std::chrono::steady_clock::now())) {
    case MacHistory::Change::None:
    case MacHistory::Change::Moved:
        log::info("next_hop_resolved", {{"address", address.to_string()},
                                        {"mac", to_string(next_hop.mac)},
                                        {"ifindex", next_hop.ifindex},
                                        {"vlan", next_hop.vlan}});
        break;
    case MacHistory::Change::Conflict:
        log::warn("address_conflict",
                  {{"address", address.to_string()},
                   {"macs", macs.text()},
                   {"problem", "two hosts have the address; calls go to one or the other"},
                   {"remedy", "take the address from one of them"}});
        break;
    case MacHistory::Change::Again:
        break;
    }
}

/// A line for each trouble of this host, not for each server that it cannot reach.
void HealthLog::note_own_trouble(const std::map<Address, NextHop> &next_hops) {
    std::map<std::string, std::size_t> troubles;
    for (const auto &[address, next_hop] : next_hops) {
        if (!next_hop.own_trouble.empty()) {
            ++troubles[next_hop.own_trouble];
        }
    }
    for (const auto &[problem, count] : troubles) {
        if (!own_troubles_.contains(problem)) {
            log::warn("own_trouble", {{"problem", problem},
                                      {"next_hops", count},
                                      {"effect", "probes do not count, calls stay"}});
        }
    }
    for (const auto &[problem, count] : own_troubles_) {
        if (!troubles.contains(problem)) {
            log::info("own_trouble_over", {{"problem", problem}});
        }
    }
    own_troubles_ = std::move(troubles);
}

} // namespace sipsteer::farm

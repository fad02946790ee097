// SPDX-License-Identifier: Apache-2.0
#include "farm/health_log.hpp"

#include "base/log.hpp"

namespace sipsteer::farm {

void HealthLog::note(const std::map<ServerId, health::TargetResult> &results) {
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
    std::erase_if(health_, [&](const auto &known) { return results.count(known.first) == 0; });
}

void HealthLog::note(const std::map<Address, NextHop> &next_hops) {
    for (const auto &[address, next_hop] : next_hops) {
        auto &known = next_hops_[address];
        if (known == next_hop) {
            continue;
        }
        known = next_hop;
        if (next_hop.resolved) {
            log::info("next_hop_resolved", {{"address", address.to_string()},
                                            {"mac", to_string(next_hop.mac)},
                                            {"ifindex", next_hop.ifindex},
                                            {"vlan", next_hop.vlan}});
        } else if (!next_hop.pending) { // else its first answer is still awaited
            log::warn("next_hop_unresolved",
                      {{"address", address.to_string()}, {"problem", next_hop.problem}});
        }
    }
    std::erase_if(next_hops_, [&](const auto &known) { return next_hops.count(known.first) == 0; });
}

} // namespace sipsteer::farm

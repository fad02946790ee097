// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/ring_moves.hpp"

#include <algorithm>
#include <map>

namespace sipsteer::plan {

namespace {

using Shares = std::map<std::uint16_t, double>; // by server index

/// Counted in an array: there are 65,537 slots, and status asks for all rings.
Shares shares(const ss_ring &ring) {
    std::vector<std::uint32_t> slots(SS_MAX_SERVERS);
    for (std::uint32_t slot = 0; slot < ring.slots; slot++) {
        if (ring.slot[slot] != SS_NO_SERVER) {
            slots[ring.slot[slot]]++;
        }
    }
    Shares shares;
    for (std::uint32_t i = 0; i < ring.members; i++) {
        shares[ring.member[i]] = static_cast<double>(slots[ring.member[i]]) / ring.slots;
    }
    return shares;
}

double moved_slots(const ss_ring &now, const ss_ring &next) {
    std::uint32_t moved = 0;
    for (std::uint32_t slot = 0; slot < SS_RING_SLOTS; slot++) {
        moved += now.slot[slot] != next.slot[slot] ? 1 : 0;
    }
    return static_cast<double>(moved) / SS_RING_SLOTS;
}

double moved_shares(const ss_ring &now, const ss_ring &next) {
    auto change = shares(next);
    for (const auto &[server, share] : shares(now)) {
        change[server] -= share;
    }
    double gained = 0;
    double lost = 0;
    for (const auto &[server, share] : change) {
        gained += share > 0 ? share : 0;
        lost += share < 0 ? -share : 0;
    }
    return std::max(gained, lost); // a ring may have been or become empty
}

} // namespace

std::map<std::uint16_t, double> ring_shares(const Plan &plan) {
    Shares all;
    for (const PlannedPool &pool : plan.pools) {
        if (pool.ring && pool.value.down == 0) {
            all.merge(shares(*pool.ring)); // a server is in one pool
        }
    }
    return all;
}

std::vector<RingMove> ring_moves(const Plan &now, const Plan &next) {
    std::vector<RingMove> moves;
    for (const PlannedPool &pool : next.pools) {
        const auto before =
            std::find_if(now.pools.begin(), now.pools.end(),
                         [&](const auto &other) { return other.name == pool.name; });
        if (before == now.pools.end() || !before->ring || before->ring == pool.ring) {
            continue;
        }
        const bool turns = pool.value.scheduler == SS_SCHEDULER_TURNS ||
                           before->value.scheduler == SS_SCHEDULER_TURNS;
        const double moved = turns ? moved_shares(*before->ring, *pool.ring)
                                   : moved_slots(*before->ring, *pool.ring);
        if (moved > 0) {
            moves.push_back({pool.name, moved});
        }
    }
    return moves;
}

} // namespace sipsteer::plan

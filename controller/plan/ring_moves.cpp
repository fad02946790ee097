// SPDX-License-Identifier: Apache-2.0
#include "plan/ring_moves.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace sipsteer::plan {

namespace {

/// By server index.
std::map<std::uint16_t, double> shares(const ss_ring &ring) {
    std::map<std::uint16_t, double> shares;
    for (std::uint32_t slot = 0; slot < ring.slots; slot++) {
        shares[ring.slot[slot]] += 1.0 / ring.slots;
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

/// What some servers gain is what others lose.
double moved_shares(const ss_ring &now, const ss_ring &next) {
    auto change = shares(next);
    for (const auto &[server, share] : shares(now)) {
        change[server] -= share;
    }
    double moved = 0;
    for (const auto &[server, share] : change) {
        moved += std::abs(share) / 2;
    }
    return moved;
}

} // namespace

double ring_share(const PlannedPool &pool, std::uint16_t server) {
    if (!pool.ring || pool.ring->slots == 0) {
        return 0;
    }
    const auto *begin = std::begin(pool.ring->slot);
    const auto count = std::count(begin, begin + pool.ring->slots, server);
    return static_cast<double>(count) / pool.ring->slots;
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

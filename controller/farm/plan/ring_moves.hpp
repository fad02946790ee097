// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/plan.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sipsteer::plan {

/// By server index, the part of its pool's ring that belongs to a server, 0 to 1. One pass over
/// each ring.
std::map<std::uint16_t, double> ring_shares(const Plan &plan);

/// What becomes of a pool's new calls.
struct RingMove {
    std::string pool;
    double moved = 0; // the part of the ring that belongs to another server than before, 0 to 1

    bool operator==(const RingMove &) const = default;
};

/// For each pool that both plans have and whose ring is not the same. Of a ring of turns, where a
/// call belongs to no slot, the part is that of the shares alone.
std::vector<RingMove> ring_moves(const Plan &now, const Plan &next);

} // namespace sipsteer::plan

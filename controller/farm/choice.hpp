// SPDX-License-Identifier: Apache-2.0
//
// Which server a pool's scheduler would give a message now: bpf/choose/schedule.h, without doing
// it.
#pragma once

#include "calls/load.hpp"
#include "farm/plan/plan.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sipsteer::farm {

/// enum ss_chosen_for of bpf/choose/schedule.h; Dialog: a message of a dialog that the call table
/// does not know, which goes by the ring.
enum class For { Other, NewCall, RunningCall, Dialog };

struct Candidate {
    std::uint16_t server = 0; // index
    std::int64_t live_calls = 0;
    bool full = false; // at a limit that holds now: passed over
};

struct Choice {
    std::optional<std::uint32_t> slot; // of the ring, where the scheduler begins with one
    std::vector<Candidate> candidates; // in the order they are asked; kMostCandidates at most

    static constexpr std::size_t kMostCandidates = 16;

    /// The first that is not full.
    const Candidate *taker() const;
};

/// What a choice depends on besides the plan.
struct Moment {
    calls::Loads loads;
    std::uint64_t turn = 0; // of the pool (ss_pool_load)
    std::uint64_t now = 0;  // ns of CLOCK_MONOTONIC
};

/// `ring_key`: may be absent where the scheduler goes by turns or by load. Without the key it goes
/// by, there are no candidates.
Choice choose(const plan::Plan &plan, const plan::PlannedPool &pool,
              std::optional<std::uint64_t> ring_key, For what, const Moment &moment);

} // namespace sipsteer::farm

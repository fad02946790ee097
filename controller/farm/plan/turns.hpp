// SPDX-License-Identifier: Apache-2.0
//
// Turns: the ring of a round robin. One round of turns, each server as often as its weight has it
// and as evenly spread as can be: smooth weighted round robin. In a round of W turns, W the sum of
// the weights, every server collects its weight at each turn; the one that has collected most has
// the turn and pays W for it.
//
// Directors need not agree on turns: the call table remembers what came of them.
#pragma once

#include "farm/plan/maglev.hpp"

#include <memory>
#include <vector>

namespace sipsteer::plan {

/// Fills a ring with turns. The order of `members` does not matter; none: one slot, SS_NO_SERVER.
/// At most SS_MAX_SERVERS members. The weights are divided by what they have in common; if a round
/// is longer than a ring even so, they are scaled down to fit, to 1 at least. The slots behind the
/// round repeat it, for a packet that still goes by the scheduler from before. Takes a few
/// milliseconds for a hundred servers, some tenths of a second for the most there can be.
std::shared_ptr<const ss_ring> make_turns(const std::vector<RingMember> &members);

/// The weights of a round that fits a ring, in the order of `members`, none of which is 0.
std::vector<std::int64_t> turn_weights(const std::vector<RingMember> &members);

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/maglev.hpp"

#include <vector>

namespace sipsteer::plan {

/// A server that can take new calls, and its tier.
struct Candidate {
    RingMember member;
    unsigned tier = 0;
};

/// Those whose tiers are in use: the lowest, and each one above a tier of which fewer than
/// `minimum` can take new calls. A tier of which none can counts, too: it has fewer. Sorted.
std::vector<RingMember> members_of_tiers(std::vector<Candidate> candidates, std::size_t minimum);

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/tiers.hpp"

#include <algorithm>

namespace sipsteer::plan {

std::vector<RingMember> members_of_tiers(std::vector<Candidate> candidates, std::size_t minimum) {
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate &a, const Candidate &b) { return a.tier < b.tier; });
    std::vector<RingMember> members;
    for (auto tier = candidates.begin(); tier != candidates.end();) {
        const auto end = std::find_if(tier, candidates.end(),
                                      [&](const Candidate &c) { return c.tier != tier->tier; });
        const auto count = static_cast<std::size_t>(end - tier);
        for (; tier != end; ++tier) {
            members.push_back(tier->member);
        }
        if (count >= minimum) {
            break;
        }
    }
    std::sort(members.begin(), members.end());
    return members;
}

} // namespace sipsteer::plan

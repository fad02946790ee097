// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_pools(const Facts &facts, Findings &findings) {
    for (const auto &pool : facts.daemon->pools) {
        if (pool.up) {
            findings.ok(pool.name + " is up");
        } else {
            findings.fail("the pool " + pool.name + " is down: " + pool.why,
                          "see the check \"servers\"; if a server is disabled, sipsteer enable " +
                              pool.name + "/SERVER");
        }
    }
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_ready(const Facts &facts, Findings &findings) {
    if (facts.daemon->not_ready.empty()) {
        findings.ok("the data plane steers packets as configured");
        return;
    }
    findings.fail(
        facts.daemon->not_ready,
        "systemctl restart sipsteerd, which loses no call; see its log: journalctl -u sipsteerd");
}

} // namespace sipsteer::doctor

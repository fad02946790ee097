// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_ready(const Facts &facts, Findings &findings) {
    if (facts.daemon->not_ready.empty()) {
        findings.ok("packets are steered as configured");
        return;
    }
    findings.fail(facts.daemon->not_ready,
                  "systemctl restart sipsteerd, which loses no call; the log says what it could "
                  "not do: journalctl -u sipsteerd");
}

} // namespace sipsteer::doctor

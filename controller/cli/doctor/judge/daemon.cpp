// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_daemon(const Facts &facts, Findings &findings) {
    if (facts.daemon) {
        findings.ok("sipsteerd " + facts.daemon->version + " answers");
        return;
    }
    if (facts.daemon_closed) {
        findings.skipped(facts.daemon.error().message);
        return;
    }
    findings.fail(facts.daemon.error().message,
                  "systemctl start sipsteerd; if it stops, see journalctl -u sipsteerd");
}

} // namespace sipsteer::doctor

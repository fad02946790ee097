// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_version(const Facts &facts, Findings &findings) {
    const std::string &daemon = facts.daemon->version;
    if (daemon == facts.version) {
        findings.ok("daemon and command line are " + daemon);
        return;
    }
    findings.warn("the daemon is " + (daemon.empty() ? "of an unknown version" : daemon) +
                      ", this command line is " + facts.version,
                  "if the daemon is older: systemctl restart sipsteerd, which keeps all calls");
}

} // namespace sipsteer::doctor

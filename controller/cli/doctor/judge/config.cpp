// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_config(const Facts &facts, Findings &findings) {
    const ConfigFile &file = facts.file;
    if (file.content) {
        findings.ok(file.path + " is valid");
    } else if (!file.there && !file.named && facts.config) {
        findings.ok("the daemon's configuration is in force; there is no " + file.path);
    } else if (file.there && file.readable) {
        findings.fail(file.path + ": " + file.content.error().message,
                      "correct it before the next start or reload: sipsteer config check " +
                          file.path);
    } else if (facts.config && !file.named) {
        findings.skipped(file.content.error().message + "; using the daemon's configuration");
    } else {
        findings.fail(file.content.error().message,
                      "name the file with --config, and run this as a user who can read it");
    }
}

} // namespace sipsteer::doctor

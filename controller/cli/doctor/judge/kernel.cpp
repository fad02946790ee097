// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <cstdio>

namespace sipsteer::doctor {

namespace {
constexpr unsigned kMajor = 6; // the oldest that is tested: test/kernels
constexpr unsigned kMinor = 1;
} // namespace

void judge_kernel(const Facts &facts, Findings &findings) {
    const std::string &release = facts.host.release;
    unsigned major = 0;
    unsigned minor = 0;
    if (std::sscanf(release.c_str(), "%u.%u", &major, &minor) != 2) {
        findings.skipped("\"" + release + "\" is not a known kernel release");
    } else if (major < kMajor || (major == kMajor && minor < kMinor)) {
        findings.fail("Linux " + release + " is older than 6.1: it may refuse the program",
                      "boot a kernel of 6.1 or newer; Debian 11 has one in bullseye-backports");
    } else {
        findings.ok("Linux " + release);
    }
}

} // namespace sipsteer::doctor

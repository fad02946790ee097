// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/check.hpp"

#include "cli/doctor/judge/judges.hpp"
#include "cli/doctor_checks.hpp"

#include <algorithm>
#include <array>

namespace sipsteer::doctor {

namespace {

constexpr unsigned kInterfaces = kConfig | kLinks;
constexpr unsigned kXdp = kConfig | kLinks | kPrograms;

#define SIPSTEER_CHECK(id, title, looks_at, needs, judge) Check{id, title, looks_at, needs, judge},
constexpr std::array kChecks = {SIPSTEER_CHECKS(SIPSTEER_CHECK)};
#undef SIPSTEER_CHECK

constexpr unsigned kOfTheHost =
    kHost | kLinks | kPrograms | kRoutes | kSegment | kVips; // that the daemon runs on

/// Why a check cannot be done; empty if it can.
std::string obstacle(const Check &check, const Facts &facts) {
    if ((check.needs & kDaemon) != 0 && !facts.daemon) {
        return "the daemon does not answer";
    }
    if ((check.needs & kOfTheHost) != 0 && !facts.elsewhere.empty()) {
        return facts.elsewhere;
    }
    if ((check.needs & kConfig) != 0 && !facts.config) {
        return "there is no valid configuration; see the check \"config\"";
    }
    return {};
}

} // namespace

std::span<const Check> all_checks() {
    return kChecks;
}

const Check *find_check(const std::string &id) {
    const auto *found = std::find_if(kChecks.begin(), kChecks.end(),
                                     [&](const Check &check) { return check.id == id; });
    return found == kChecks.end() ? nullptr : found;
}

unsigned needs_of(const std::vector<const Check *> &checks) {
    unsigned needs = kNothing;
    for (const Check *check : checks) {
        needs |= check->needs;
    }
    return needs;
}

Report examine(const Check &check, const Facts &facts) {
    Report report{&check, {}};
    if (const auto why = obstacle(check, facts); !why.empty()) {
        report.findings.skipped(why);
        return report;
    }
    check.judge(facts, report.findings);
    if (report.findings.all().empty()) {
        report.findings.skipped("there is nothing to check");
    }
    return report;
}

} // namespace sipsteer::doctor

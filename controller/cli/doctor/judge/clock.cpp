// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>
#include <array>

namespace sipsteer::doctor {

namespace {

/// Of 2026, when this was written: a clock before that has never been set.
constexpr std::int64_t kNeverSet = 1'767'225'600;

/// Time is read for every packet; reading these takes a microsecond or more.
constexpr std::array<const char *, 4> kSlow = {"hpet", "acpi_pm", "refined-jiffies", "jiffies"};

} // namespace

void judge_clock(const Facts &facts, Findings &findings) {
    const Clock &clock = facts.host.clock;
    const std::string remedy = "timedatectl set-ntp true; or apt install chrony";
    if (clock.unix_seconds < kNeverSet) {
        findings.fail("the clock has not been set: certificates and tokens are judged by it",
                      remedy);
    } else if (!clock.synchronised) {
        findings.warn("nothing keeps the clock right: times in log and events cannot be compared "
                      "with other hosts'",
                      remedy);
    } else {
        findings.ok("the clock is kept right");
    }
    const bool slow = std::any_of(kSlow.begin(), kSlow.end(),
                                  [&](const char *source) { return clock.source == source; });
    if (slow) {
        findings.warn("the kernel takes its time from " + clock.source +
                          ", which is slow to read, and it is read for packets",
                      "see why it does not trust the TSC: dmesg | grep -i -e tsc -e clocksource");
    } else if (!clock.source.empty()) {
        findings.ok("clock source " + clock.source);
    }
}

} // namespace sipsteer::doctor

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
        findings.fail("the clock is not set, so the daemon misjudges certificates and tokens",
                      remedy);
    } else if (!clock.synchronised) {
        findings.warn("nothing synchronises the clock: times in log and events do not match those "
                      "of other hosts",
                      remedy);
    } else {
        findings.ok("the clock is synchronised");
    }
    const bool slow = std::any_of(kSlow.begin(), kSlow.end(),
                                  [&](const char *source) { return clock.source == source; });
    if (slow) {
        findings.warn("the kernel's clock source is " + clock.source +
                          ", which is slow, and the program reads it for packets",
                      "find out why the kernel does not trust the TSC: dmesg | grep -i -e tsc -e "
                      "clocksource");
    } else if (!clock.source.empty()) {
        findings.ok("clock source " + clock.source);
    }
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

/// Program ids that the daemon says are its own, on that interface. In a dispatcher the kernel
/// tells the dispatcher's id to those who may not look into it.
bool daemon_runs(const Facts &facts, const std::string &interface, std::uint32_t id) {
    if (!facts.daemon) {
        return false;
    }
    const auto &states = facts.daemon->interfaces;
    return std::any_of(states.begin(), states.end(), [&](const InterfaceState &state) {
        return state.name == interface && (state.program_id == id || state.dispatcher);
    });
}

void judge_attached(const Facts &facts, const std::string &name, const dataplane::Present &present,
                    Findings &findings) {
    const auto &programs = present.programs;
    const bool ours = std::any_of(programs.begin(), programs.end(), [&](const auto &program) {
        return program.ours || daemon_runs(facts, name, program.id);
    });
    if (ours) {
        findings.ok("the program is attached to " + name);
    } else if (!present.complete && !facts.daemon) {
        findings.skipped(name + ": only root can see the attached program");
    } else {
        findings.fail("the program is not attached to " + name + ": it steers nothing there",
                      "systemctl restart sipsteerd, which attaches it or logs the reason");
    }
}

} // namespace

void judge_xdp_attached(const Facts &facts, Findings &findings) {
    for (const auto &[name, present] : facts.network.programs) {
        if (present) {
            judge_attached(facts, name, *present, findings);
        } else {
            findings.skipped(name + ": " + present.error().message);
        }
    }
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

namespace {

std::string label(const dataplane::PresentProgram &program) {
    return (program.name.empty() ? "" : program.name + ", ") + "id " + std::to_string(program.id);
}

bool is_ours(const Facts &facts, const dataplane::PresentProgram &program) {
    if (program.ours || !facts.daemon) {
        return program.ours;
    }
    for (const auto &state : facts.daemon->interfaces) {
        if (state.program_id == program.id) {
            return true;
        }
    }
    return false;
}

/// Before ours, it sees every packet first, and may drop it.
void judge_shared(const std::string &name, const std::string &other, bool before,
                  Findings &findings) {
    findings.warn("another XDP program (" + other + ") shares " + name + " and runs " +
                      (before ? "before ours: packets that it drops or redirects do not reach ours"
                              : "after ours"),
                  "if it is unwanted: xdp-loader unload " + name + " --id ID");
}

void judge_shared_or_not(const Facts &facts, const std::string &name,
                         const dataplane::Present &present, Findings &findings) {
    bool before = true;
    bool alone = true;
    for (const auto &program : present.programs) {
        if (is_ours(facts, program)) {
            before = false;
            continue;
        }
        alone = false;
        if (!present.complete) {
            findings.skipped(name + ": only root can see the attached program (" + label(program) +
                             ")");
        } else if (present.dispatcher) {
            judge_shared(name, label(program), before, findings);
        } else {
            findings.fail("another XDP program (" + label(program) + ") is on " + name +
                              " and cannot share it",
                          "ip link set dev " + name + (present.native ? " xdpdrv" : " xdpgeneric") +
                              " off, or xdp-loader unload " + name +
                              " --all; then systemctl restart sipsteerd");
        }
    }
    if (alone) {
        findings.ok("no other XDP program is on " + name);
    }
}

} // namespace

void judge_xdp_foreign(const Facts &facts, Findings &findings) {
    for (const auto &[name, present] : facts.network.programs) {
        if (present) {
            judge_shared_or_not(facts, name, *present, findings);
        } else {
            findings.skipped(name + ": " + present.error().message);
        }
    }
}

} // namespace sipsteer::doctor

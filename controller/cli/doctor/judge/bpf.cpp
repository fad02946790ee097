// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

/// What is attached and ours shows whether programs are compiled, whatever the setting is now.
Known<bool> is_compiled(const Facts &facts) {
    for (const auto &[interface, present] : facts.network.programs) {
        if (!present) {
            continue;
        }
        const auto ours = std::find_if(present->programs.begin(), present->programs.end(),
                                       [](const auto &program) { return program.ours; });
        if (ours != present->programs.end()) {
            return ours->jited;
        }
    }
    return facts.host.jit;
}

} // namespace

void judge_bpf(const Facts &facts, Findings &findings) {
    if (facts.host.btf) {
        findings.ok("the kernel has BTF");
    } else {
        findings.fail("the kernel has no BTF (/sys/kernel/btf/vmlinux)",
                      "boot a distribution's kernel, or one with CONFIG_DEBUG_INFO_BTF=y");
    }
    const auto compiled = is_compiled(facts);
    if (!compiled) {
        findings.skipped("the JIT: " + compiled.error().message);
    } else if (*compiled) {
        findings.ok("the kernel compiles BPF programs (JIT)");
    } else {
        findings.warn("the kernel interprets BPF programs, which is several times slower",
                      "sysctl -w net.core.bpf_jit_enable=1, and the same in /etc/sysctl.d; then "
                      "systemctl restart sipsteerd");
    }
}

} // namespace sipsteer::doctor

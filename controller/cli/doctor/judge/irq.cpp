// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_irq(const Facts &facts, Findings &findings) {
    for (const auto &interface : facts.config->interfaces) {
        const std::string &name = interface.name;
        const Link *link = link_of(facts.network, name);
        if (link == nullptr || link->interrupts.empty()) {
            findings.ok(name + " has no known interrupts of its own");
            continue;
        }
        std::set<unsigned> cpus;
        for (const auto &interrupt : link->interrupts) {
            cpus.insert(interrupt.cpus.begin(), interrupt.cpus.end());
        }
        const auto count = std::to_string(link->interrupts.size());
        if (link->interrupts.size() > 1 && facts.host.cpus > 1 && cpus.size() == 1) {
            findings.warn(
                "all " + count + " interrupts of " + name + " go to CPU " +
                    std::to_string(*cpus.begin()) + ", which does all the work",
                "systemctl enable --now irqbalance, or give each its own CPU: echo N > /proc/irq/" +
                    std::to_string(link->interrupts.front().number) + "/smp_affinity_list ...");
        } else {
            findings.ok(name + ": " + count + " interrupts on " + std::to_string(cpus.size()) +
                        " CPUs");
        }
    }
}

} // namespace sipsteer::doctor

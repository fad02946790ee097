// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <array>

namespace sipsteer::doctor {

namespace {

struct Offload {
    const char *feature; // ethtool's name
    const char *text;
    bool in_generic_only;
};

/// Datagrams that were put together are one packet to the program: it sees one Call-ID where there
/// are several. Generic XDP runs behind the kernel's own GRO, native XDP before it.
constexpr std::array<Offload, 4> kOffloads = {{
    {"rx-lro", "the NIC merges packets (LRO): drivers refuse native XDP, or break it", false},
    {"rx-gro-hw", "the NIC merges packets (hardware GRO): drivers refuse native XDP", false},
    {"rx-udp-gro-forwarding", "the kernel merges UDP datagrams before generic XDP sees them", true},
    {"rx-gro-list", "the kernel merges UDP datagrams before generic XDP sees them", true},
}};

bool is_on(const Link &link, const std::string &feature) {
    const auto found = link.offloads.find(feature);
    return found != link.offloads.end() && found->second;
}

bool may_be_generic(const Facts &facts, const config::Interface &interface) {
    const auto present = facts.network.programs.find(interface.name);
    if (present == facts.network.programs.end() || !present->second ||
        present->second->programs.empty()) {
        return interface.mode != config::XdpMode::Native;
    }
    return !present->second->native;
}

} // namespace

void judge_receive_offload(const Facts &facts, Findings &findings) {
    for (const auto &interface : facts.config->interfaces) {
        const Link *link = link_of(facts.network, interface.name);
        if (link == nullptr || link->offloads.empty()) {
            findings.skipped(interface.name + ": its offloads are unknown");
            continue;
        }
        bool good = true;
        for (const auto &offload : kOffloads) {
            if (!is_on(*link, offload.feature) ||
                (offload.in_generic_only && !may_be_generic(facts, interface))) {
                continue;
            }
            good = false;
            findings.fail(interface.name + ": " + offload.text,
                          "ethtool -K " + interface.name + ' ' + offload.feature +
                              " off; then systemctl restart sipsteerd");
        }
        if (good) {
            findings.ok(interface.name + ": nothing merges datagrams");
        }
    }
}

} // namespace sipsteer::doctor

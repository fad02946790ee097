// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/xdp_features.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

constexpr std::uint32_t kEthernet = 1500;

/// What fits in one page of 4096 bytes beside XDP's headroom (256), the kernel's trailer (320),
/// the Ethernet header and two tags (22).
constexpr std::uint32_t kOnePiece = 3498;

struct Named {
    std::string name;
    std::uint32_t mtu = 0;
};

/// The kernel drops a frame that is redirected to an interface with a smaller MTU.
void judge_way_out(const Named &in, const Named &out, Findings &findings) {
    if (out.mtu < in.mtu) {
        findings.fail("frames of up to " + std::to_string(in.mtu) + " bytes arrive on " + in.name +
                          ", but " + out.name + ", towards the servers, sends at most " +
                          std::to_string(out.mtu) + " and drops larger ones",
                      "ip link set " + out.name + " mtu " + std::to_string(in.mtu) +
                          ", and set it on the servers behind it");
    }
}

void judge_pieces(const Facts &facts, const Named &in, const Link &link, Findings &findings) {
    const auto present = facts.network.programs.find(in.name);
    const bool native = present != facts.network.programs.end() && present->second &&
                        !present->second->programs.empty() && present->second->native;
    if (in.mtu <= kOnePiece || native || !link.xdp_features ||
        (*link.xdp_features & kXdpPieces) != 0) {
        return;
    }
    findings.warn("the driver of " + in.name + " has no native XDP with an MTU of " +
                      std::to_string(in.mtu),
                  "ip link set " + in.name + " mtu " + std::to_string(kEthernet) +
                      ", if clients send no jumbo frames to the VIP; then restart the daemon");
}

} // namespace

void judge_mtu(const Facts &facts, Findings &findings) {
    std::set<std::string> egress;
    for (const auto &server : facts.network.servers) {
        egress.insert(server.egress);
    }
    for (const auto &interface : facts.config->interfaces) {
        const Link *link = link_of(facts.network, interface.name);
        if (link == nullptr || !link->info) {
            continue; // the check "interface" is about that
        }
        const Named in{interface.name, link->info->mtu};
        if (in.mtu < kEthernet) {
            findings.warn("the MTU of " + in.name + " is " + std::to_string(in.mtu) +
                              ": it loses larger frames of other hosts; Ethernet has 1500",
                          "ip link set " + in.name + " mtu " + std::to_string(kEthernet) +
                              ", unless the whole segment uses the smaller MTU");
        }
        judge_pieces(facts, in, *link, findings);
        for (const auto &name : egress) {
            const Link *out = link_of(facts.network, name);
            if (out != nullptr && out->info) {
                judge_way_out(in, {name, out->info->mtu}, findings);
            }
        }
        findings.ok("the MTU of " + in.name + " is " + std::to_string(in.mtu));
    }
}

} // namespace sipsteer::doctor

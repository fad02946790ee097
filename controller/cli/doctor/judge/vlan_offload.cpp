// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

bool carries_tags(const Facts &facts, const std::string &interface) {
    const auto &links = facts.network.links;
    const Link *lower = link_of(facts.network, interface);
    const bool devices = std::any_of(links.begin(), links.end(), [&](const auto &item) {
        const auto &info = item.second.info;
        return info && info->kind == "vlan" && lower->info && info->lower == lower->info->ifindex;
    });
    const auto &servers = facts.network.servers;
    return devices || std::any_of(servers.begin(), servers.end(), [&](const auto &server) {
               return server.egress == interface && server.segment.vlan != 0;
           });
}

/// The offload, as ethtool -K calls it, that takes tags out of frames; empty: none is on.
std::string_view taking_tags(const Link &link) {
    const auto on = [&](const char *name) {
        const auto found = link.offloads.find(name);
        return found != link.offloads.end() && found->second;
    };
    return on("rx-vlan-hw-parse")        ? "rxvlan"
           : on("rx-vlan-stag-hw-parse") ? "rx-vlan-stag-hw-parse" // 802.1ad
                                         : "";
}

} // namespace

/// A tag that the NIC has taken out of the frame is not there for XDP to see: the frame seems to be
/// untagged, and leaves untagged.
void judge_vlan_offload(const Facts &facts, Findings &findings) {
    for (const auto &interface : facts.config->interfaces) {
        const std::string &name = interface.name;
        const Link *link = link_of(facts.network, name);
        if (link == nullptr || link->offloads.empty()) {
            findings.skipped(name + ": its offloads are unknown");
            continue;
        }
        const auto offload = taking_tags(*link);
        if (!carries_tags(facts, name)) {
            findings.ok(name + " carries no known VLANs");
        } else if (!offload.empty()) {
            findings.fail(name + " carries VLANs, and the NIC removes the tag before the program "
                                 "sees the frame, which then leaves without one",
                          "ethtool -K " + name + " " + std::string(offload) + " off");
        } else {
            findings.ok(name + ": the program sees the VLAN tags");
        }
    }
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/decide.hpp"

#include <linux/if_ether.h>

namespace sipsteer {

namespace {

NextHop unresolved(const std::string &problem) {
    NextHop hop;
    hop.problem = problem;
    return hop;
}

NextHop local_hop() {
    NextHop hop;
    hop.local = true;
    return hop;
}

/// An interface frames can be sent from as they are: a NIC or what looks like one.
bool is_plain(const LinkInfo &link) {
    return link.kind.empty() || link.kind == "veth" || link.kind == "tun";
}

/// Why no frame can leave by this interface; empty if it can.
std::string problem_of(const LinkInfo &link) {
    if (!link.up) {
        return "interface " + link.name + " is down";
    }
    if (!link.ethernet) {
        return "interface " + link.name + " is not Ethernet";
    }
    if (link.kind == "vlan" && link.vlan_protocol != ETH_P_8021Q) {
        return "interface " + link.name + ": VLAN tags other than 802.1Q are not supported";
    }
    return {};
}

/// What is wrong with the interface below a VLAN or macvlan interface; empty if nothing.
std::string problem_below(const LinkInfo &link, const std::optional<LinkInfo> &lower) {
    if (!lower) {
        return "interface " + link.name + ": its lower interface is in another network namespace";
    }
    if (lower->kind == "vlan") {
        return "interface " + link.name + ": stacked VLANs are not supported";
    }
    if (!is_plain(*lower)) {
        return "interface " + link.name + " is on " + lower->name + ", a " + lower->kind +
               ", which is not supported";
    }
    return problem_of(*lower);
}

NextHop segment_of(const LinkInfo &link, const LinkFinder &find_link, const VlanTags &tags) {
    if (auto problem = problem_of(link); !problem.empty()) {
        return unresolved(problem);
    }
    NextHop hop;
    hop.source_mac = link.mac;
    if (is_plain(link)) {
        hop.ifindex = link.ifindex;
    } else if (link.kind == "vlan" || link.kind == "macvlan") {
        const auto lower = link.lower != 0 ? find_link(link.lower) : std::nullopt;
        if (auto problem = problem_below(link, lower); !problem.empty()) {
            return unresolved(problem);
        }
        hop.ifindex = lower->ifindex;
        hop.vlan = link.vlan;
    } else {
        return unresolved("interface " + link.name + " is a " + link.kind +
                          ", which is not supported");
    }
    if (const auto tag = tags.find(link.name); tag != tags.end()) {
        hop.vlan = tag->second;
    }
    return hop;
}

} // namespace

NextHop decide_segment(const Route &route, const LinkFinder &find_link, const VlanTags &tags) {
    switch (route.kind) {
    case Route::Kind::None:
        return unresolved(route.problem);
    case Route::Kind::Local:
        return local_hop();
    case Route::Kind::Router:
        return unresolved("behind router " + route.router.to_string() +
                          "; the server, or its next_hop, must be on a segment of the director");
    case Route::Kind::OnLink:
        break;
    }
    const auto link = find_link(route.ifindex);
    return link ? segment_of(*link, find_link, tags) : unresolved("its interface is gone");
}

NextHop decide_next_hop(NextHop segment, const Address &address, const NeighbourEntry &entry,
                        bool given_up) {
    if (!segment.problem.empty()) {
        return segment;
    }
    if (segment.local) {
        segment.resolved = true;
        return segment;
    }
    if (!entry.usable()) {
        const std::string problem = address.is_ipv4() ? "no ARP answer" : "no ND answer";
        NextHop hop = unresolved(given_up ? problem : problem + " yet");
        hop.failed = given_up;
        hop.pending = !given_up;
        return hop;
    }
    segment.resolved = true;
    segment.mac = entry.mac;
    return segment;
}

} // namespace sipsteer

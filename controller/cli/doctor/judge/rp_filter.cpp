// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

constexpr int kStrict = 1;

/// Interfaces that have IPv4 addresses which clients and servers talk to.
std::set<std::string> filtering_interfaces(const Facts &facts) {
    std::set<std::string> names;
    for (const auto &interface : facts.config->interfaces) {
        names.insert(interface.name);
    }
    for (const auto &service : facts.config->services) {
        if (service.vip_interface) {
            names.insert(*service.vip_interface);
        }
    }
    for (const auto &server : facts.network.servers) {
        if (!server.interface.empty()) {
            names.insert(server.interface);
        }
    }
    return names;
}

} // namespace

/// The program comes before the filter, so steered packets do not meet it. What it leaves to the
/// kernel does: ARP requests for the VIP, too, are answered only if their sender passes.
void judge_rp_filter(const Facts &facts, Findings &findings) {
    const auto &routes = facts.network.default_routes;
    for (const auto &name : filtering_interfaces(facts)) {
        const Link *link = link_of(facts.network, name);
        if (link == nullptr || !link->rp_filter) {
            findings.skipped(
                name + ": " +
                (link == nullptr ? not_looked_at().message : link->rp_filter.error().message));
            continue;
        }
        const bool strict = *link->rp_filter == kStrict;
        const bool way_back = std::find(routes.begin(), routes.end(), name) != routes.end();
        // With slashes: a VLAN's name has a dot of its own.
        const std::string remedy = "sysctl -w net/ipv4/conf/all/rp_filter=2 net/ipv4/conf/" + name +
                                   "/rp_filter=2, and the same in /etc/sysctl.d";
        if (!strict) {
            findings.ok(name + ": no strict reverse path filter");
        } else if (way_back) {
            findings.ok(name + ": a strict reverse path filter, and the default route leads there");
        } else if (routes.empty()) {
            findings.warn(
                name +
                    " has a strict reverse path filter, and there is no default route: the kernel "
                    "drops packets from other networks, ARP requests for the VIP included",
                remedy);
        } else {
            findings.fail(name +
                              " has a strict reverse path filter, but the default route leads "
                              "to " +
                              routes.front() +
                              ": the kernel drops clients' packets that the program does not "
                              "steer, and their router's ARP requests for the VIP",
                          remedy);
        }
    }
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/owners.hpp"

namespace sipsteer::doctor {

namespace {

/// True if one host answers.
bool judge_neighbour_of(const ServerPlace &server, Findings &findings) {
    const std::string address = server.hop.to_string();
    const std::string who = server.id() + " (" + address + ")";
    const std::string protocol = server.hop.is_ipv4() ? "ARP" : "neighbour discovery";
    if (server.segment.local) {
        findings.ok(who + " is this host");
    } else if (server.interface.empty() || !server.segment.problem.empty()) {
        findings.skipped(who + " is not on a segment: see next-hop");
    } else if (!server.macs) {
        findings.skipped(who + ": " + server.macs.error().message);
    } else if (server.macs->empty()) {
        findings.warn(who + " does not answer " + protocol + " on " + server.interface +
                          ": the director cannot send frames to it",
                      "check its power and its VLAN; on the server: ip -brief address");
    } else if (server.macs->size() > 1) {
        std::string macs;
        for (const auto &mac : *server.macs) {
            macs += (macs.empty() ? "" : " and ") + to_string(mac);
        }
        findings.fail("two hosts answer " + protocol + " for " + who + ": " + macs +
                          "; its calls go to one or the other",
                      "remove the address from the wrong host; a server with two interfaces on the "
                      "segment needs net.ipv4.conf.all.arp_ignore=1");
    } else {
        return true;
    }
    return false;
}

} // namespace

void judge_neighbour(const Facts &facts, Findings &findings) {
    std::map<MacAddress, std::set<Address>> addresses;
    for (const auto &server : facts.network.servers) {
        if (judge_neighbour_of(server, findings)) {
            const auto mac = *server.macs->begin();
            findings.ok(server.id() + " is " + to_string(mac));
            if (server.own) {
                addresses[mac].insert(server.hop);
            }
        }
    }
    for (const auto &[mac, of] : addresses) {
        if (of.size() > 1) {
            findings.warn(to_string(mac) + " answers for " + servers_with(facts, mac) +
                              ": a router with proxy ARP gets their frames and cannot deliver them",
                          "turn proxy ARP off there; in a cloud, whose network is not one segment, "
                          "Direct Server Return does not work");
        }
    }
}

} // namespace sipsteer::doctor

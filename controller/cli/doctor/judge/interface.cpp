// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <set>

namespace sipsteer::doctor {

namespace {

void judge_link(const std::string &name, bool attached, const LinkInfo &link, Findings &findings) {
    if (!link.up) {
        findings.fail(name + " is down or has no carrier: it carries no packets",
                      "ip link set " + name + " up; check the cable and the switch port");
    } else if (!link.ethernet) {
        findings.fail(name + " is not Ethernet: the program forwards frames by MAC address",
                      "list an Ethernet interface in \"interfaces\"");
    } else if (attached && (link.kind == "vlan" || link.kind == "macvlan")) {
        findings.warn(name + " is a " + link.kind +
                          ", which has no native XDP; the program reads the tags itself",
                      "list the interface below it in \"interfaces\"");
    } else {
        findings.ok(name + " is up");
    }
}

} // namespace

void judge_interface(const Facts &facts, Findings &findings) {
    std::set<std::string> configured;
    for (const auto &interface : facts.config->interfaces) {
        configured.insert(interface.name);
    }
    std::set<std::string> names = configured;
    for (const auto &service : facts.config->services) {
        if (service.vip_interface) {
            names.insert(*service.vip_interface);
        }
    }
    for (const auto &name : names) {
        const Link *link = link_of(facts.network, name);
        if (link == nullptr) {
            findings.skipped(name + " was not checked");
        } else if (!link->info) {
            findings.fail(link->info.error().message,
                          "correct the name in the configuration (see ip -brief link), or run this "
                          "in the daemon's network namespace");
        } else {
            judge_link(name, configured.count(name) != 0, *link->info, findings);
        }
    }
}

} // namespace sipsteer::doctor

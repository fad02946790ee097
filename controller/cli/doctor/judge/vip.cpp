// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/owners.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

using Claims = Known<std::set<MacAddress>>;

/// Deprecated in IPv6 (preferred_lft 0): else probes may be sent from the VIP, and their answers
/// stay on the server, which has it, too.
std::string add_by_hand(const Address &vip, const std::string &interface) {
    return "ip address add " + vip.to_string() + (vip.is_ipv4() ? "/32" : "/128") + " dev " +
           interface + (vip.is_ipv4() ? "" : " nodad preferred_lft 0");
}

/// arp_ignore 0: for any address; 1: for those of the interface; 2: if the sender is in its network
/// as well, which with a /32 nobody is; 3: not for those of scope host; 8: for none.
bool answers_arp(const Link *asked, bool has_it) {
    if (asked == nullptr || !asked->arp_ignore) {
        return true; // nothing is known against it
    }
    const int ignore = *asked->arp_ignore;
    return ignore == 0 || (has_it && (ignore == 1 || ignore == 3));
}

bool is_ethernet(const Link *link) {
    return link == nullptr || (link->info && link->info->ethernet);
}

/// The VIP is on this interface. Whether somebody who asks on the segment is answered.
void judge_place(const Facts &facts, const Address &vip, const std::string &place,
                 Findings &findings) {
    const Link *link = link_of(facts.network, place);
    const std::string what = vip.to_string() + " is on " + place;
    if (link != nullptr && link->info && !link->info->up && is_ethernet(link)) {
        findings.fail(what + ", which is down", "ip link set " + place + " up");
        return;
    }
    if (!vip.is_ipv4()) {
        if (is_ethernet(link)) {
            findings.ok(what);
        } else {
            findings.fail(
                what + ", so no host answers neighbour solicitations for it there",
                R"("vip_interface" of the service: the interface that clients come in on)");
        }
        return;
    }
    const auto &interfaces = facts.config->interfaces;
    const bool answered =
        is_ethernet(link)
            ? answers_arp(link, true)
            : std::any_of(interfaces.begin(), interfaces.end(), [&](const auto &interface) {
                  return answers_arp(link_of(facts.network, interface.name), false);
              });
    if (answered) {
        findings.ok(what);
    } else {
        findings.fail(what + ", but arp_ignore stops the kernel from answering ARP for it",
                      "sysctl -w net.ipv4.conf.all.arp_ignore=0; only servers need 1");
    }
}

/// All MACs that answered, on any segment.
Claims claims_of(const Facts &facts, const Address &vip) {
    std::set<MacAddress> all;
    bool known = false;
    std::string why = not_looked_at().message;
    for (const auto &claims : facts.network.claims) {
        if (claims.vip != vip) {
            continue;
        }
        if (claims.macs) {
            all.insert(claims.macs->begin(), claims.macs->end());
            known = true;
        } else {
            why = claims.macs.error().message;
        }
    }
    return known ? Claims(all) : Claims(Error{why});
}

/// The VIP is nowhere on this host where it is answered for, and nobody told the daemon to put it
/// there.
void judge_absent(const Facts &facts, const Address &vip, Findings &findings) {
    const auto claims = claims_of(facts, vip);
    const bool silent = !places_of(facts.network, vip).empty(); // on the loopback of a server
    const std::string what =
        vip.to_string() + (silent ? " is on this host, but silent" : " is not on this host");
    if (!claims) {
        findings.skipped(what + "; another host may answer for it: " + claims.error().message);
        return;
    }
    for (const auto &mac : *claims) {
        if (servers_with(facts, mac).empty() || is_director(facts, mac)) {
            findings.ok(what + "; " + to_string(mac) + " answers for it, perhaps another director");
            return;
        }
    }
    findings.warn(what + ", and no host on its segments answers for it: packets arrive only if a "
                         "router has a route for it",
                  facts.config->interfaces.empty()
                      ? R"("vip_interface" in the service)"
                      : R"("vip_interface": ")" + facts.config->interfaces.front().name +
                            R"(" in the service)");
}

void judge_service(const Facts &facts, const config::Service &service, Findings &findings) {
    const Address &vip = service.address;
    const auto places = places_of(facts.network, vip);
    const auto speaking = speaking_places(facts, vip);
    const auto &wanted = service.vip_interface;
    if (wanted && std::find(places.begin(), places.end(), *wanted) == places.end()) {
        findings.fail(vip.to_string() + " is not on " + *wanted +
                          ", where the daemon should put it, so no host answers for it",
                      "systemctl restart sipsteerd, which puts it there; or " +
                          add_by_hand(vip, *wanted));
    } else if (wanted) {
        judge_place(facts, vip, *wanted, findings);
    } else if (places.empty() || (speaking.empty() && is_server(facts))) {
        judge_absent(facts, vip, findings);
    } else {
        judge_place(facts, vip, speaking.empty() ? places.front() : speaking.front(), findings);
    }
}

} // namespace

void judge_vip(const Facts &facts, Findings &findings) {
    std::set<Address> seen;
    for (const auto &service : facts.config->services) {
        if (seen.insert(service.address).second) {
            judge_service(facts, service, findings);
        }
    }
}

} // namespace sipsteer::doctor

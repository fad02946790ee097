// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/owners.hpp"

namespace sipsteer::doctor {

namespace {

void judge_mac(const Facts &facts, const VipClaims &claims, const MacAddress &mac,
               Findings &findings) {
    const std::string vip = claims.vip.to_string();
    const std::string where = " for the VIP " + vip + " on " + claims.interface;
    const auto servers = servers_with(facts, mac);
    const bool director = is_director(facts, mac); // two boxes: it may be a server as well
    if (director && speaking_places(facts, claims.vip).empty()) {
        return;
    }
    if (!servers.empty() && !director) {
        findings.fail(servers + " (" + to_string(mac) + ") answers" + where +
                          ": clients send to it instead of the director",
                      "on that server: sipsteer-real-server add " + vip +
                          "; then sipsteer-real-server check " + vip);
    } else if (!places_of(facts.network, claims.vip).empty()) {
        findings.fail(to_string(mac) + ", which is " + (director ? "a director" : "not a server") +
                          ", answers" + where + ", too",
                      "find it by its MAC address; only one director may have the VIP, and another "
                      "host with it needs sipsteer-real-server add " +
                          vip);
    }
}

} // namespace

void judge_vip_leak(const Facts &facts, Findings &findings) {
    for (const auto &claims : facts.network.claims) {
        if (!claims.macs) {
            findings.skipped(claims.vip.to_string() + " on " + claims.interface + ": " +
                             claims.macs.error().message);
            continue;
        }
        const auto before = findings.all().size();
        for (const auto &mac : *claims.macs) {
            if (!is_own(facts, mac)) {
                judge_mac(facts, claims, mac, findings);
            }
        }
        if (findings.all().size() == before) {
            findings.ok("no server answers for " + claims.vip.to_string() + " on " +
                        claims.interface);
        }
    }
}

} // namespace sipsteer::doctor

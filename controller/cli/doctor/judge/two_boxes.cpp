// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/owners.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

/// Names of the pools with a server that is this host.
std::set<std::string> local_pools(const Facts &facts) {
    std::set<std::string> pools;
    for (const auto &server : facts.network.servers) {
        if (server.segment.local) {
            pools.insert(server.pool);
        }
    }
    return pools;
}

bool uses(const config::Service &service, const std::set<std::string> &pools) {
    const auto &methods = service.method_pools;
    return pools.contains(service.pool) ||
           std::any_of(methods.begin(), methods.end(),
                       [&](const auto &method) { return pools.contains(method.pool); });
}

void judge_vips(const Facts &facts, const std::set<std::string> &pools, Findings &findings) {
    std::set<Address> seen;
    for (const auto &service : facts.config->services) {
        const auto &vip = service.address;
        if (!uses(service, pools) || !seen.insert(vip).second) {
            continue;
        }
        if (places_of(facts.network, vip).empty()) {
            findings.fail("this host is a server of " + service.name +
                              ", but does not have the VIP " + vip.to_string() +
                              ": its kernel drops the calls that it gets",
                          "sipsteer-real-server add " + vip.to_string() +
                              "; a reserve director needs it on lo, too");
        } else {
            findings.ok("this host is a server, and has the VIP " + vip.to_string());
        }
    }
}

/// Whether another server runs sipsteer cannot be seen from here.
void judge_other(const Facts &facts, const ServerPlace &server, Findings &findings) {
    for (const auto &mac : *server.macs) {
        const std::string text = to_string(mac);
        if (is_director(facts, mac)) {
            findings.ok(server.id() + " (" + text + ") is known as a director");
        } else {
            findings.warn(server.id() + " (" + text +
                              ") is not among the directors: if it runs "
                              "sipsteer, it steers this host's frames again",
                          R"(on both hosts, name the other one: "directors": [{"name": ")" +
                              server.name + R"(", "mac": ")" + text + R"("}])");
        }
    }
}

} // namespace

void judge_two_boxes(const Facts &facts, Findings &findings) {
    const auto pools = local_pools(facts);
    if (pools.empty()) {
        findings.ok("no server is this host");
        return;
    }
    judge_vips(facts, pools, findings);
    for (const auto &server : facts.network.servers) {
        if (!pools.contains(server.pool) || server.segment.local) {
            continue;
        }
        if (server.macs) {
            judge_other(facts, server, findings);
        } else {
            findings.skipped(server.id() + ": " + server.macs.error().message);
        }
    }
}

} // namespace sipsteer::doctor

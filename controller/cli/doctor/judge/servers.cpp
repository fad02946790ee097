// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

namespace {

void judge_server_state(const ServerState &server, Findings &findings) {
    const std::string look = "sipsteer describe servers " + server.id();
    if (server.admin == "disabled") {
        findings.ok(server.id() + " is disabled");
    } else if (server.health == "down") {
        findings.warn(server.id() + " is down: " +
                          (server.reason.empty() ? "the daemon does not say why" : server.reason),
                      "check the SIP server there; " + look + " shows its probes");
    } else if (!server.next_hop_problem.empty()) {
        findings.warn(server.id() + " gets no packets: " + server.next_hop_problem,
                      "see the checks next-hop and neighbour; " + look);
    } else if (server.health == "unknown") {
        findings.skipped(server.id() + " needs more probes");
    } else {
        findings.ok(server.id() + " is " + server.health +
                    (server.admin == "draining" ? ", draining" : ""));
    }
}

} // namespace

void judge_servers(const Facts &facts, Findings &findings) {
    for (const auto &server : facts.daemon->servers) {
        judge_server_state(server, findings);
    }
}

} // namespace sipsteer::doctor

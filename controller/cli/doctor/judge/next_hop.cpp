// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

namespace {

void judge_place_of(const ServerPlace &server, Findings &findings) {
    const std::string address = server.hop.to_string();
    const std::string who = server.id() + " (" + address + ")";
    if (!server.route) {
        findings.skipped(who + ": " + server.route.error().message);
        return;
    }
    switch (server.route->kind) {
    case Route::Kind::None:
        findings.fail(who + ": " + server.route->problem,
                      "give the director an address in the server's network; or ip route add " +
                          address + " dev INTERFACE");
        return;
    case Route::Kind::Local:
        findings.ok(who + " is this host: its kernel takes the server's datagrams");
        return;
    case Route::Kind::Router:
        if (server.routed) {
            break;
        }
        findings.fail(
            who + " is not on a segment of the director, but behind the router " +
                server.route->router.to_string() +
                ": with forward \"l2\" the program sends frames by MAC address, which routers do "
                "not",
            "\"forward\": \"dscp\" in the pool, and sipsteer-real-server add VIP --dscp on its "
            "servers; or put the server on a segment of the director; or, if that router "
            "forwards packets for the VIP to it: \"next_hop\": \"" +
                server.route->router.to_string() + "\" in the server");
        return;
    case Route::Kind::OnLink:
        break;
    }
    if (server.segment.problem.empty()) {
        findings.ok(who + (server.route->kind == Route::Kind::Router ? ", the router, is" : " is") +
                    " on the segment of " + server.interface);
    } else {
        findings.fail(
            who + ": " + server.segment.problem,
            "give it an address on the segment of an Ethernet interface, or of a VLAN on one");
    }
}

} // namespace

void judge_next_hop(const Facts &facts, Findings &findings) {
    for (const auto &server : facts.network.servers) {
        judge_place_of(server, findings);
    }
}

} // namespace sipsteer::doctor

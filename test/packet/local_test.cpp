// SPDX-License-Identifier: Apache-2.0
//
// A server that is this host: the kernel gets its datagrams as they came, and they count as its
// own.
#include "datagram.hpp"
#include "farm.hpp"

#include <sipsteer/service.h>

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "local@example.com");

/// All calls go to server 5, which is this host.
void be_server(Farm &farm) {
    farm.server(5,
                {.ifindex = 0,
                 .flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW | SS_SERVER_LOCAL});
    farm.ring(0, {5});
    farm.mark(kVip, SS_MARK_LOCAL);
    farm.mark(kVip6, SS_MARK_LOCAL);
}

void check_passed(Farm &farm, const Packet &packet, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.verdict == SS_VERDICT_PASS);
    CHECK(outcome.reason == reason);
    check_frame(outcome.frame, packet.bytes());
}

} // namespace

TEST_CASE("a server that is this host gets its calls by the kernel", "[local]") {
    Farm farm;
    be_server(farm);
    check_passed(farm, to_vip(kInvite), SS_REASON_CALL_NEW);
    check_passed(farm, to_vip(kInvite), SS_REASON_CALL_HIT);
    check_passed(farm, to_vip6(kInvite), SS_REASON_CALL_HIT);
    check_passed(farm, Packet(to_vip(kInvite)).vlan(kVlan), SS_REASON_CALL_HIT);
    CHECK(ss_call_server(farm.call("local@example.com").value) == 5);
    CHECK(farm.load(5).live == 1);
    const auto counters = farm.server_counters(5);
    CHECK(counters.sent.packets == 4);
    CHECK(counters.new_calls == 1);
    CHECK(farm.service_traffic(1).packets == 3);
}

TEST_CASE("its limit holds, and it is drained as any other", "[local]") {
    Farm farm;
    be_server(farm);
    farm.server(5, {.ifindex = 0,
                    .flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW | SS_SERVER_LOCAL,
                    .most_calls = 1});
    const auto first = request("INVITE", "limit-0");
    check_passed(farm, to_vip(first), SS_REASON_CALL_NEW);
    farm.ring(0, {5, 1});
    for (int i = 1; i < 8; i++) {
        const Outcome outcome = farm.run(to_vip(request("INVITE", "limit-" + std::to_string(i))));
        REQUIRE(outcome.action == XDP_TX);
        CHECK(server_of(outcome) == 1);
    }
    farm.server(5, {.ifindex = 0, .flags = SS_SERVER_IN_USE | SS_SERVER_LOCAL});
    farm.ring(0, {1});
    const Outcome moved = farm.run(to_vip(first));
    CHECK(moved.reason == SS_REASON_CALL_REHOMED);
    REQUIRE(moved.action == XDP_TX);
    CHECK(server_of(moved) == 1);
}

TEST_CASE("fragments for this host, in order and out of it", "[local][fragments]") {
    for (const bool ipv6 : {false, true}) {
        INFO("IPv6: " << ipv6);
        Farm farm;
        be_server(farm);
        Datagram datagram;
        datagram.ipv6 = ipv6;
        datagram.source = ipv6 ? kClient6 : kClient;
        check_passed(farm, datagram.first(), SS_REASON_CALL_NEW);
        check_passed(farm, datagram.later(), SS_REASON_FRAGMENT);
        datagram.id++;
        // A frame cannot be given to the kernel later: it gets this one now, and the daemon does.
        farm.held();
        const Outcome early = farm.run(datagram.later());
        CHECK(early.verdict == SS_VERDICT_HOLD);
        CHECK(early.action == XDP_PASS);
        check_frame(early.frame, datagram.later().bytes());
        CHECK(farm.held().size() == 1);
        check_passed(farm, datagram.first(), SS_REASON_CALL_HIT);
    }
}

TEST_CASE("an ICMP error about its datagram stays here", "[local][icmp]") {
    Farm farm;
    be_server(farm);
    check_passed(farm, to_vip(kInvite), SS_REASON_CALL_NEW);
    const Bytes sent = Packet()
                           .eth()
                           .ipv4(kVip, kClient)
                           .udp(5060, 5060)
                           .payload("SIP/2.0 200 OK\r\nCall-ID: local@example.com\r\n\r\n")
                           .bytes();
    const Bytes quoted(sent.begin() + 14, sent.end());
    check_passed(farm, Packet().eth().ipv4("192.0.2.1", kVip).icmp(3, 3, 0, quoted),
                 SS_REASON_ICMP_ERROR);
    CHECK(farm.server_counters(5).sent.packets == 2);
}

TEST_CASE("two directors, each a server of the other's farm", "[local]") {
    Farm farm;
    be_server(farm);
    farm.ring(0, {1}); // this one would send it on
    farm.director_mac(kRouterMac);
    check_passed(farm, to_vip(kInvite), SS_REASON_OWN_FRAME);
    CHECK(farm.entries().empty());
    CHECK(farm.server_counters(1).sent.packets == 0);
}

TEST_CASE("what passes without a server counts for none", "[local]") {
    Farm farm;
    be_server(farm);
    farm.ring(0, {});
    farm.run(to_vip(kInvite));
    farm.run(Packet().eth().ipv4(kClient, "198.51.100.7").udp(5060, 5060).payload(kInvite));
    for (__u32 i = 0; i < 8; i++) {
        CHECK(farm.server_counters(i).sent.packets == 0);
    }
}

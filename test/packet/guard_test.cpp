// SPDX-License-Identifier: Apache-2.0
//
// Whose packets a service takes: the lists of the guard.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "guard@example.com");

constexpr __u32 kService = 1;
constexpr __u32 kService6 = 2;

void check_denied(Farm &farm, const Packet &packet) {
    const std::size_t calls = farm.entries().size();
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.reason == SS_REASON_DENIED);
    CHECK(outcome.action == XDP_DROP);
    CHECK(farm.entries().size() == calls);
    CHECK(farm.held().empty());
}

void check_taken(Farm &farm, const Packet &packet) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.action == XDP_TX);
}

Packet from(std::string_view source) {
    return to_vip(kInvite).ipv4(source, kVip);
}

} // namespace

TEST_CASE("a denied source's messages are dropped and counted", "[guard]") {
    Farm farm;
    farm.guard("192.0.2.0", 24, SS_GUARD_DENY);
    check_denied(farm, from("192.0.2.7"));
    check_denied(farm, from("192.0.2.255"));
    check_taken(farm, from("192.0.3.7"));
    CHECK(farm.guard_packets("192.0.2.0", 24) == 2);
    CHECK(farm.guard_counters(kService).denied == 2);
    CHECK(farm.guard_counters(kService).observed == 0);
    CHECK(farm.service_traffic(kService).packets == 3);
}

TEST_CASE("the longest prefix of a list decides", "[guard]") {
    Farm farm;
    farm.guard("0.0.0.0", 0, SS_GUARD_DENY);
    farm.guard("192.0.2.0", 24, SS_GUARD_ALLOW);
    farm.guard("192.0.2.8", 32, SS_GUARD_DENY);
    farm.guard("203.0.113.0", 28, SS_GUARD_TRUST);
    check_taken(farm, from("192.0.2.7"));
    check_denied(farm, from("192.0.2.8"));
    check_taken(farm, from("203.0.113.15"));
    check_denied(farm, from("203.0.113.16"));
}

TEST_CASE("an IPv4 prefix says nothing of IPv6, nor the other way round", "[guard]") {
    Farm farm;
    farm.guard("0.0.0.0", 0, SS_GUARD_DENY);
    check_taken(farm, to_vip6(kInvite));
    check_denied(farm, to_vip(kInvite));
    Farm other;
    other.guard("2001:db8::", 32, SS_GUARD_DENY);
    check_denied(other, to_vip6(kInvite));
    check_taken(other, to_vip(kInvite));
    CHECK(other.guard_counters(kService6).denied == 1);
}

TEST_CASE("a packet must pass the list for all services and its service's", "[guard]") {
    Farm farm;
    farm.service(3, kVip, 5070, 0);
    farm.guard("192.0.2.0", 24, SS_GUARD_DENY, kService);
    check_denied(farm, to_vip(kInvite));
    check_taken(farm, to_vip(kInvite).udp(5060, 5070));
    /* What the service allows is denied all the same if the list for all denies it. */
    farm.guard("192.0.2.7", 32, SS_GUARD_ALLOW, kService);
    check_taken(farm, to_vip(kInvite));
    farm.guard("192.0.2.7", 32, SS_GUARD_DENY);
    check_denied(farm, to_vip(kInvite));
    check_denied(farm, to_vip(kInvite).udp(5060, 5070));
    /* What the list for all trusts is denied all the same if the service's denies it. */
    farm.guard("192.0.2.7", 32, SS_GUARD_TRUST);
    farm.guard("192.0.2.7", 32, SS_GUARD_DENY, kService);
    check_denied(farm, to_vip(kInvite));
}

TEST_CASE("what is observed is steered and counted", "[guard]") {
    Farm farm;
    farm.guard("192.0.2.0", 24, SS_GUARD_OBSERVE);
    check_taken(farm, to_vip(kInvite));
    CHECK(farm.guard_packets("192.0.2.0", 24) == 1);
    CHECK(farm.guard_counters(kService).observed == 1);
    CHECK(farm.guard_counters(kService).denied == 0);
    /* Denied by one list, observed by the other: denied, and counted once. */
    farm.guard("192.0.2.7", 32, SS_GUARD_DENY, kService);
    check_denied(farm, to_vip(kInvite));
    CHECK(farm.guard_counters(kService).observed == 1);
    CHECK(farm.guard_counters(kService).denied == 1);
}

TEST_CASE("fragments of a denied source are dropped, whichever comes first", "[guard]") {
    for (const bool ipv6 : {false, true}) {
        Farm farm;
        farm.guard(ipv6 ? "2001:db8::" : "192.0.2.0", ipv6 ? 32 : 24, SS_GUARD_DENY);
        Datagram datagram;
        datagram.ipv6 = ipv6;
        datagram.source = ipv6 ? kClient6 : kClient;
        check_denied(farm, datagram.later());
        check_denied(farm, datagram.first());
        CHECK_FALSE(farm.fragment(datagram.key()));
        check_denied(farm, datagram.later());
    }
}

TEST_CASE("nobody else has an address of this host", "[guard]") {
    Farm farm;
    farm.guard("192.0.2.7", 32, static_cast<ss_guard_action>(SS_GUARD_OWN));
    farm.guard("192.0.2.0", 24, SS_GUARD_TRUST, kService);
    Datagram datagram;
    for (const Packet &packet : {to_vip(kInvite), datagram.first(), datagram.later()}) {
        const Outcome outcome = farm.run(packet);
        CHECK(outcome.reason == SS_REASON_MARTIAN);
        CHECK(outcome.action == XDP_DROP);
    }
    CHECK(farm.guard_counters(kService).denied == 0);
    check_taken(farm, from("192.0.2.8"));
}

TEST_CASE("a datagram for another port than a service's is not judged", "[guard]") {
    Farm farm;
    farm.guard("0.0.0.0", 0, SS_GUARD_DENY);
    CHECK(farm.run(to_vip(kInvite).udp(5060, 53)).reason == SS_REASON_NOT_SERVICE);
    CHECK(farm.run(to_vip(kInvite).ipv4(kClient, "198.51.100.1")).action == XDP_PASS);
}

TEST_CASE("an ICMP error about a denied client's datagram is dropped", "[guard]") {
    Farm farm;
    check_taken(farm, to_vip(kInvite));
    const Bytes sent = Packet()
                           .eth()
                           .ipv4(kVip, kClient)
                           .udp(5060, 5060)
                           .payload("SIP/2.0 200 OK\r\nCall-ID: guard@example.com\r\n\r\n")
                           .bytes();
    const Packet error =
        Packet().eth().ipv4("203.0.113.1", kVip).icmp(3, 3, 0, {sent.begin() + 14, sent.end()});
    check_taken(farm, error);
    farm.guard("192.0.2.7", 32, SS_GUARD_DENY, kService);
    check_denied(farm, error);
}

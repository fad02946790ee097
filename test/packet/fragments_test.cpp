// SPDX-License-Identifier: Apache-2.0
//
// Later fragments follow the first one.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "fragment@example.com") + std::string(200, 'x');
constexpr std::uint16_t kSize = 256; // of the first fragment's IP payload

Packet first_fragment(std::uint32_t id) {
    // The UDP header tells the whole datagram's length.
    return to_vip(kInvite.substr(0, kSize - 8))
        .udp_length(static_cast<std::uint16_t>(8 + kInvite.size()))
        .fragment(0, true, id);
}

Packet later_fragment(std::uint32_t id, std::uint16_t offset = kSize, bool more = false) {
    return Packet()
        .eth()
        .ipv4(kClient, kVip)
        .fragment(offset, more, id)
        .protocol(17)
        .payload(kInvite.substr(offset - 8));
}

Packet first_fragment6(std::uint32_t id) {
    return to_vip6(kInvite.substr(0, kSize - 8))
        .udp_length(static_cast<std::uint16_t>(8 + kInvite.size()))
        .fragment(0, true, id);
}

Packet later_fragment6(std::uint32_t id) {
    return Packet()
        .eth()
        .ipv6(kClient6, kVip6)
        .fragment(kSize, false, id)
        .protocol(17)
        .payload(kInvite.substr(kSize - 8));
}

/// Not sent to a server now, nor left to the kernel: held for its first one, or dropped.
void check_kept_back(Farm &farm, const Packet &packet) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.action == XDP_DROP);
    CHECK(
        (outcome.reason == SS_REASON_FRAGMENT_ORPHAN || outcome.reason == SS_REASON_FRAGMENT_HELD));
}

} // namespace

TEST_CASE("later fragments go where the first one went", "[fragments]") {
    Farm farm;
    SECTION("IPv4") {
        const __u32 server = farm.steer(first_fragment(7), SS_REASON_CALL_NEW);
        CHECK(server == Farm::ring_server(call_hash("fragment@example.com")));
        farm.call("fragment@example.com");
        CHECK(farm.steer(later_fragment(7, kSize, true), SS_REASON_FRAGMENT) == server);
        CHECK(farm.steer(later_fragment(7, kSize + 64), SS_REASON_FRAGMENT) == server);
        CHECK(farm.server_counters(server).sent.packets == 3);
        CHECK(farm.server_counters(server).new_calls == 1);
        CHECK(farm.service_traffic(1).packets == 3);
    }
    SECTION("IPv6") {
        const __u32 server = farm.steer(first_fragment6(0x12345678), SS_REASON_CALL_NEW);
        CHECK(farm.steer(later_fragment6(0x12345678), SS_REASON_FRAGMENT) == server);
        CHECK(farm.service_traffic(2).packets == 2);
    }
}

TEST_CASE("a fragment of another datagram is another one's", "[fragments]") {
    Farm farm;
    farm.steer(first_fragment(7), SS_REASON_CALL_NEW);
    check_kept_back(farm, later_fragment(8));
    const Packet other_source =
        Packet().eth().ipv4("192.0.2.8", kVip).fragment(kSize, false, 7).protocol(17).payload("x");
    check_kept_back(farm, other_source);
}

TEST_CASE("a fragment whose first one was not seen", "[fragments]") {
    Farm farm;
    SECTION("for a VIP") {
        for (const Packet &packet : {later_fragment(7), later_fragment6(7)}) {
            check_kept_back(farm, packet);
        }
    }
    SECTION("for another address: left to the kernel") {
        const Outcome outcome = farm.run(Packet()
                                             .eth()
                                             .ipv4(kClient, "198.51.100.2")
                                             .fragment(kSize, false, 7)
                                             .protocol(17)
                                             .payload("x"));
        CHECK(outcome.action == XDP_PASS);
        CHECK(outcome.reason == SS_REASON_NOT_SERVICE);
    }
    SECTION("of another protocol: left to the kernel") {
        const Outcome outcome = farm.run(
            Packet().eth().ipv4(kClient, kVip).fragment(kSize, false, 7).protocol(1).payload("x"));
        CHECK(outcome.action == XDP_PASS);
        CHECK(outcome.reason == SS_REASON_NOT_UDP);
    }
}

TEST_CASE("a first fragment for another port is not remembered", "[fragments]") {
    Farm farm;
    const Packet packet = Packet()
                              .eth()
                              .ipv4(kClient, kVip)
                              .fragment(0, true, 7)
                              .udp(5060, 53)
                              .udp_length(2000)
                              .payload(kInvite.substr(0, kSize - 8));
    CHECK(farm.run(packet).reason == SS_REASON_NOT_SERVICE);
    check_kept_back(farm, later_fragment(7));
}

TEST_CASE("fragments come into their server's VLAN, too", "[fragments][vlan]") {
    Farm farm;
    farm.server(5, {.vlan = 100});
    farm.ring(0, {5});
    farm.run(first_fragment(7));
    const Outcome outcome = farm.run(later_fragment(7));
    CHECK(outcome.action == XDP_TX);
    check_frame(outcome.frame, addressed_to(later_fragment(7).vlan(100).bytes(), 5));
}

TEST_CASE("a server that is gone gets no later fragment", "[fragments]") {
    Farm farm;
    const __u32 server = farm.steer(first_fragment(7), SS_REASON_CALL_NEW);
    farm.server(server, {.flags = SS_SERVER_IN_USE});
    const Outcome outcome = farm.run(later_fragment(7));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
}

TEST_CASE("IPv6: an extension header behind the fragment header", "[fragments]") {
    // Later fragments name that header, not UDP (RFC 8200, 4.5).
    Farm farm;
    const Packet first = to_vip6(kInvite.substr(0, kSize - 16))
                             .udp_length(static_cast<std::uint16_t>(8 + kInvite.size()))
                             .fragment(0, true, 7)
                             .destination_options();
    const __u32 server = farm.steer(first, SS_REASON_CALL_NEW);
    const Packet later = Packet()
                             .eth()
                             .ipv6(kClient6, kVip6)
                             .fragment(kSize, false, 7)
                             .protocol(60)
                             .payload(kInvite.substr(kSize - 16));
    CHECK(farm.steer(later, SS_REASON_FRAGMENT) == server);
}

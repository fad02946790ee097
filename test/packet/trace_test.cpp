// SPDX-License-Identifier: Apache-2.0
//
// What the trace is shown of packets that are no whole message for a service.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::size_t kSplit = Datagram::kSplit;
const std::string kCall = "fragment@example.com"; // Datagram's

/// The one packet that was shown of those that ran since the last time.
Tapped only(Farm &farm) {
    auto shown = farm.tapped();
    REQUIRE(shown.size() == 1);
    return shown[0];
}

/// An ICMP error about what a server sent to the client of to_vip().
Packet port_unreachable(std::string_view message) {
    const Bytes frame = Packet().eth().ipv4(kVip, kClient).udp(5060, 5060).payload(message).bytes();
    return Packet()
        .eth()
        .ipv4("192.0.2.1", kVip)
        .icmp(3, 3, 0, Bytes(frame.begin() + 14, frame.end()));
}

ss_tap from(std::string_view client) {
    auto tap = DataPlane::any_packet();
    const auto address = mapped_address(client);
    std::copy(address.begin(), address.end(), tap.source);
    tap.prefix = 128;
    return tap;
}

} // namespace

TEST_CASE("later fragments are shown with the key and server of the first", "[trace]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    auto tap = DataPlane::any_packet();
    tap.key = call_hash(kCall);
    farm.tap(SS_TAP_TRACE, tap);
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(only(farm).head.key == call_hash(kCall));
    const Outcome outcome = farm.run(datagram.later());
    const auto later = only(farm);
    CHECK(later.frame == outcome.frame);
    CHECK(later.head.key == call_hash(kCall));
    CHECK(later.head.server == server);
    CHECK(later.head.service == (datagram.ipv6 ? 2 : 1));
    CHECK(later.head.reason == SS_REASON_FRAGMENT);
    CHECK(later.head.verdict == SS_VERDICT_TX);
    CHECK(later.head.message == 0);
}

TEST_CASE("fragments dropped before it is known for which service are shown", "[trace]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    const Packet absurd = Datagram{}.any(kSplit, 9, true);
    CHECK(farm.run(absurd).reason == SS_REASON_FRAGMENT_ABSURD);
    const auto shown = only(farm);
    CHECK(shown.head.service == SS_TAP_NO_SERVICE);
    CHECK(shown.head.server == SS_NO_SERVER);
    CHECK(shown.head.verdict == SS_VERDICT_DROP);
    CHECK(shown.head.reason == SS_REASON_FRAGMENT_ABSURD);
}

TEST_CASE("a fragment that is held is not shown: the controller does that when it is settled",
          "[trace]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    const Datagram datagram;
    CHECK(farm.run(datagram.later()).reason == SS_REASON_FRAGMENT_HELD);
    CHECK(farm.tapped().empty());
}

TEST_CASE("an ICMP error is of the call it quotes, and of the client it is about", "[trace]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    const auto error = port_unreachable("SIP/2.0 200 OK\r\nCall-ID: " + kCall + "\r\n\r\n");
    SECTION("shown") {
        farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
        farm.run(error);
        const auto shown = only(farm);
        CHECK(shown.head.key == call_hash(kCall));
        CHECK(shown.head.server == server);
        CHECK(shown.head.reason == SS_REASON_ICMP_ERROR);
        CHECK(shown.head.message == 0);
        farm.run(port_unreachable("SIP/2.0 200 OK\r\n\r\n"));
        CHECK(only(farm).head.key == 0);
    }
    SECTION("by client") {
        farm.tap(SS_TAP_TRACE, from(kClient));
        farm.run(error);
        CHECK(farm.tapped().size() == 1);
        farm.tap(SS_TAP_TRACE, from(kVip));
        farm.run(error);
        CHECK(farm.tapped().empty());
    }
}

TEST_CASE("the length of a frame is that with which it leaves", "[trace][vlan]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    for (__u32 i = 0; i < Farm::kServers; i++) {
        farm.server(i, {.vlan = 100});
    }
    const auto packet = to_vip(request("INVITE", kCall));
    const Outcome outcome = farm.run(packet);
    REQUIRE(outcome.frame.size() == packet.bytes().size() + 4);
    const auto shown = only(farm);
    CHECK(shown.head.frame == outcome.frame.size());
    CHECK(shown.frame == outcome.frame);
}

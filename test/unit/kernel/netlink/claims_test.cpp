// SPDX-License-Identifier: Apache-2.0
//
// Who says on a segment that an address is his.
#include "kernel/netlink/claims.hpp"
#include "packets/neighbour_frames.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::packets;

namespace {

constexpr MacAddress kMac = {2, 0, 0, 0, 0, 0x11};
constexpr MacAddress kFrame = {2, 0, 0, 0, 0, 0x99};

/// From the network header on.
Bytes packet_of(const Bytes &frame) {
    return {frame.begin() + 14, frame.end()};
}

Bytes arp_reply() {
    auto packet = packet_of(arp_request({kMac, *Address::parse("192.0.2.11")}, kBroadcastMac,
                                        *Address::parse("192.0.2.1")));
    packet[7] = 2; // a reply
    return packet;
}

Bytes advertisement() {
    return packet_of(neighbour_advertisement({kMac, *Address::parse("2001:db8::b")}));
}

} // namespace

TEST_CASE("claims: an ARP reply", "[neighbours]") {
    const auto claim = arp_claim(arp_reply());
    REQUIRE(claim);
    CHECK(claim->address == *Address::parse("192.0.2.11"));
    CHECK(claim->mac == kMac);
}

TEST_CASE("claims: what is no ARP reply", "[neighbours]") {
    auto packet = arp_reply();
    packet[7] = 1; // a request claims nothing
    CHECK_FALSE(arp_claim(packet));
    for (std::size_t size = 0; size < 28; size++) {
        const auto whole = arp_reply();
        CHECK_FALSE(arp_claim(std::span(whole).first(size)));
    }
    packet = arp_reply();
    packet[3] = 1; // not of IPv4
    CHECK_FALSE(arp_claim(packet));
}

TEST_CASE("claims: a neighbour advertisement", "[neighbours]") {
    const auto claim = advertisement_claim(advertisement(), kFrame);
    REQUIRE(claim);
    CHECK(claim->address == *Address::parse("2001:db8::b"));
    CHECK(claim->mac == kMac);
}

TEST_CASE("claims: an advertisement that names no MAC is the frame's", "[neighbours]") {
    auto packet = advertisement();
    packet[64] = 14; // another option (nonce)
    CHECK(advertisement_claim(packet, kFrame)->mac == kFrame);
    packet[65] = 0; // an option without length ends them
    CHECK(advertisement_claim(packet, kFrame)->mac == kFrame);
    packet.resize(64);
    CHECK(advertisement_claim(packet, kFrame)->mac == kFrame);
    packet.resize(63);
    CHECK_FALSE(advertisement_claim(packet, kFrame));
}

TEST_CASE("claims: what is no advertisement", "[neighbours]") {
    const auto changed = [](std::size_t at, std::uint8_t value) {
        auto packet = advertisement();
        packet[at] = value;
        return advertisement_claim(packet, kFrame).has_value();
    };
    CHECK_FALSE(changed(0, 0x45));
    CHECK_FALSE(changed(6, 17));
    CHECK_FALSE(changed(40, 135)); // a solicitation
    const auto solicitation = packet_of(neighbour_solicitation(
        {kMac, *Address::parse("2001:db8::1")}, nullptr, *Address::parse("2001:db8::b")));
    CHECK_FALSE(advertisement_claim(solicitation, kFrame));
}

// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_packet.hpp"

#include "packets/make_frame.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::health;
using namespace sipsteer;
using packets::make_frame;
using Bytes = std::vector<std::uint8_t>;

namespace {

const NextHop kHop{.resolved = true,
                   .ifindex = 3,
                   .vlan = 0,
                   .mac = {2, 0, 0, 0, 0, 0x0b},
                   .source_mac = {2, 0, 0, 0, 0, 1},
                   .router = {},
                   .problem = {},
                   .own_trouble = {}};

Endpoint at(const char *address, std::uint16_t port) {
    return {*Address::parse(address), port};
}

/// Sums to 0xffff if the checksum in it is right (RFC 1071).
std::uint32_t sum_of(const Bytes &bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

Bytes tail(const Bytes &bytes, std::size_t from) {
    return {bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end()};
}

void append(Bytes &to, const Bytes &more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// From addresses, protocol and length, and the datagram.
std::uint32_t udp_sum(const Bytes &ip, bool ipv6) {
    Bytes sum(ip.begin() + (ipv6 ? 8 : 12), ip.begin() + (ipv6 ? 40 : 20));
    const auto datagram = tail(ip, ipv6 ? 40 : 20);
    append(sum, {0, 17, static_cast<std::uint8_t>(datagram.size() >> 8),
                 static_cast<std::uint8_t>(datagram.size() & 0xff)});
    append(sum, datagram);
    return sum_of(sum);
}

/// An ICMP error of an IPv4 or IPv6 host about the packet.
Bytes icmp_about(const Bytes &packet, std::uint8_t type, std::uint8_t code, bool ipv6) {
    Bytes error = ipv6 ? Bytes(packet.begin(), packet.begin() + 40)
                       : Bytes(packet.begin(), packet.begin() + 20);
    const std::size_t size = 8 + packet.size();
    error[ipv6 ? 6 : 9] = ipv6 ? 58 : 1;
    error[ipv6 ? 4 : 2] = static_cast<std::uint8_t>((ipv6 ? size : size + 20) >> 8);
    error[ipv6 ? 5 : 3] = static_cast<std::uint8_t>((ipv6 ? size : size + 20) & 0xff);
    append(error, {type, code, 0, 0, 0, 0, 0, 0});
    append(error, packet);
    return error;
}

} // namespace

TEST_CASE("a frame over IPv4") {
    const auto frame =
        make_frame(kHop, at("192.0.2.1", 40000), at("198.51.100.100", 5060), "hello");
    CHECK(Bytes(frame.begin(), frame.begin() + 14) ==
          Bytes{2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 1, 0x08, 0x00});
    const auto ip = tail(frame, 14);
    REQUIRE(ip.size() == 20 + 8 + 5);
    CHECK(Bytes(ip.begin(), ip.begin() + 10) == Bytes{0x45, 0, 0, 33, 0, 0, 0x40, 0, 64, 17});
    CHECK(Bytes(ip.begin() + 12, ip.begin() + 28 - 2) ==
          Bytes{192, 0, 2, 1, 198, 51, 100, 100, 0x9c, 0x40, 0x13, 0xc4, 0, 13});
    CHECK(sum_of(Bytes(ip.begin(), ip.begin() + 20)) == 0xffff);
    CHECK(udp_sum(ip, false) == 0xffff);
    CHECK(tail(ip, 28) == Bytes{'h', 'e', 'l', 'l', 'o'});
}

TEST_CASE("a frame over IPv6, in a VLAN") {
    auto hop = kHop;
    hop.vlan = 300;
    const auto frame = make_frame(hop, at("2001:db8::1", 40000), at("2001:db8::100", 5060), "hi");
    CHECK(Bytes(frame.begin() + 12, frame.begin() + 18) ==
          Bytes{0x81, 0x00, 0x01, 0x2c, 0x86, 0xdd});
    const auto ip = tail(frame, 18);
    REQUIRE(ip.size() == 40 + 8 + 2);
    CHECK(Bytes(ip.begin(), ip.begin() + 8) == Bytes{0x60, 0, 0, 0, 0, 10, 17, 64});
    CHECK(udp_sum(ip, true) == 0xffff);
}

TEST_CASE("a UDP checksum is never 0") {
    for (int i = 0; i < 70000; i++) {
        const std::string payload{static_cast<char>(i >> 8 & 0xff), static_cast<char>(i & 0xff)};
        const auto frame = make_frame(kHop, at("192.0.2.1", 1), at("192.0.2.2", 2), payload);
        if (frame[14 + 26] == 0 && frame[14 + 27] == 0) {
            FAIL("payload " << i);
        }
    }
}

TEST_CASE("what is made is read again") {
    const auto from = GENERATE(at("192.0.2.1", 40000), at("2001:db8::1", 40000));
    const auto to = from.address.is_ipv4() ? at("198.51.100.100", 5060) : at("2001:db8::100", 5060);
    auto packet = tail(make_frame(kHop, from, to, "hello"), 14);
    packet.resize(packet.size() + 10); // a short frame is padded
    const auto parsed = parse_packet(packet);
    REQUIRE(parsed);
    CHECK(parsed->from == from);
    CHECK(parsed->to == to);
    CHECK(parsed->payload == "hello");
    CHECK(parsed->icmp.empty());
}

TEST_CASE("an ICMP error names the datagram it is about") {
    const bool ipv6 = GENERATE(false, true);
    const auto from = ipv6 ? at("2001:db8::1", 40000) : at("192.0.2.1", 40000);
    const auto to = ipv6 ? at("2001:db8::100", 5060) : at("198.51.100.100", 5060);
    const auto packet = tail(make_frame(kHop, from, to, "hello"), 14);
    const auto port = parse_packet(icmp_about(packet, ipv6 ? 1 : 3, ipv6 ? 4 : 3, ipv6));
    REQUIRE(port);
    CHECK(port->icmp == "ICMP port unreachable");
    CHECK(port->from == from);
    CHECK(port->to == to);
    CHECK(port->payload == "hello");
    const auto host = parse_packet(icmp_about(packet, ipv6 ? 1 : 3, ipv6 ? 3 : 1, ipv6));
    REQUIRE(host);
    CHECK(host->icmp == "ICMP host unreachable");
    CHECK_FALSE(parse_packet(icmp_about(packet, ipv6 ? 128 : 8, 0, ipv6))); // an echo request
    const auto cut = Bytes(packet.begin(), packet.begin() + (ipv6 ? 40 : 20) + 8);
    REQUIRE(parse_packet(icmp_about(cut, ipv6 ? 1 : 3, ipv6 ? 4 : 3, ipv6)));
}

TEST_CASE("anything else is nothing") {
    const bool ipv6 = GENERATE(false, true);
    const auto from = ipv6 ? at("2001:db8::1", 40000) : at("192.0.2.1", 40000);
    const auto to = ipv6 ? at("2001:db8::100", 5060) : at("198.51.100.100", 5060);
    const auto good = tail(make_frame(kHop, from, to, "hello"), 14);
    for (std::size_t size = 0; size < (ipv6 ? 48U : 28U); size++) {
        CHECK_FALSE(parse_packet(std::span(good).first(size)));
    }
    const auto error = icmp_about(good, ipv6 ? 1 : 3, ipv6 ? 4 : 3, ipv6);
    for (std::size_t size = 0; size < (ipv6 ? 96U : 56U); size++) {
        CHECK_FALSE(parse_packet(std::span(error).first(size)));
    }
    auto bad = good;
    bad[0] = 0x55;
    CHECK_FALSE(parse_packet(bad));
    bad = good;
    bad[ipv6 ? 6 : 9] = 6; // TCP
    CHECK_FALSE(parse_packet(bad));
    if (!ipv6) {
        bad = good;
        bad[0] = 0x44; // a header shorter than one can be
        CHECK_FALSE(parse_packet(bad));
        bad = good;
        bad[7] = 1; // a fragment
        CHECK_FALSE(parse_packet(bad));
        bad = good;
        bad[2] = bad[3] = 0; // a length shorter than the header
        CHECK_FALSE(parse_packet(bad));
    }
}

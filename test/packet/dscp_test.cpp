// SPDX-License-Identifier: Apache-2.0
//
// Servers behind routers: their own address takes the VIP's place, a DSCP stands for the VIP, and
// all checksums are those that a sender to the server would have written.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::string_view kServer = "203.0.113.5";
constexpr std::string_view kServer6 = "2001:db8:9::5";
constexpr __u8 kCode = 10;
constexpr __u8 kCode6 = 45; // bits in both bytes of the traffic class
constexpr __u8 kFlags = SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW | SS_SERVER_DSCP;

/// All calls go to server 5, of that family.
void be_behind_router(Farm &farm, bool ipv6, __u16 vlan = 0) {
    farm.server(5, {.vlan = vlan, .flags = kFlags, .address = ipv6 ? kServer6 : kServer});
    farm.ring(0, {5});
    farm.code(kVip, kCode);
    farm.code(kVip6, kCode6);
}

Packet to(bool ipv6, bool server) {
    return ipv6 ? Packet().eth().ipv6(kClient6, server ? kServer6 : kVip6)
                : Packet().eth().ipv4(kClient, server ? kServer : kVip);
}

__u8 class_of(bool ipv6, __u8 ecn = 0) {
    return static_cast<__u8>((ipv6 ? kCode6 : kCode) << 2 | ecn);
}

/// What leaves, if this comes in.
void check_becomes(Farm &farm, const Bytes &in, const Bytes &out) {
    const Outcome outcome = farm.run(in);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.action == XDP_TX);
    check_frame(outcome.frame, addressed_to(out, 5));
}

std::string message(std::size_t padding) {
    return request("INVITE", "dscp@example.com") + std::string(padding, 'x');
}

} // namespace

TEST_CASE("DSCP: messages of even and odd length, IPv4 and IPv6", "[dscp]") {
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        be_behind_router(farm, ipv6);
        for (std::size_t padding = 0; padding < 70; padding++) { // so many different checksums
            INFO("IPv6: " << ipv6 << ", " << padding);
            const auto text = message(padding);
            check_becomes(
                farm, to(ipv6, false).udp(5060, 5060).payload(text).bytes(),
                to(ipv6, true).traffic_class(class_of(ipv6)).udp(5060, 5060).payload(text).bytes());
        }
    }
    CHECK(farm.server_counters(5).sent.packets == 140);
}

TEST_CASE("DSCP: the marks of congestion stay, another DSCP goes", "[dscp]") {
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        be_behind_router(farm, ipv6);
        for (__u8 ecn = 0; ecn < 4; ecn++) {
            const auto text = message(ecn);
            check_becomes(farm,
                          to(ipv6, false)
                              .traffic_class(static_cast<__u8>(0xb8 | ecn))
                              .udp(5060, 5060)
                              .payload(text)
                              .bytes(),
                          to(ipv6, true)
                              .traffic_class(class_of(ipv6, ecn))
                              .udp(5060, 5060)
                              .payload(text)
                              .bytes());
        }
    }
}

TEST_CASE("DSCP: IPv4 options, IPv6 extension headers", "[dscp]") {
    Farm farm;
    be_behind_router(farm, false);
    for (std::size_t length = 4; length <= 40; length += 4) {
        const auto with_options = [&](bool server) {
            return to(false, server).options(Bytes(length, 1)).udp(5060, 5060).payload(message(1));
        };
        check_becomes(farm, with_options(false).bytes(),
                      with_options(true).traffic_class(class_of(false)).bytes());
    }
    be_behind_router(farm, true);
    const auto with_headers = [](bool server) {
        return to(true, server)
            .hop_by_hop()
            .destination_options(24)
            .udp(5060, 5060)
            .payload(message(1));
    };
    check_becomes(farm, with_headers(false).bytes(),
                  with_headers(true).traffic_class(class_of(true)).bytes());
}

TEST_CASE("DSCP: a datagram without a checksum stays so", "[dscp]") {
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        be_behind_router(farm, ipv6);
        const std::size_t sum = 14 + (ipv6 ? 40 : 20) + 6;
        auto in = to(ipv6, false).udp(5060, 5060).payload(message(0)).bytes();
        auto out = to(ipv6, true)
                       .traffic_class(class_of(ipv6))
                       .udp(5060, 5060)
                       .payload(message(0))
                       .bytes();
        in[sum] = in[sum + 1] = out[sum] = out[sum + 1] = 0;
        check_becomes(farm, in, out);
    }
}

TEST_CASE("DSCP: a checksum that becomes 0 is written 0xffff", "[dscp]") {
    Farm farm;
    be_behind_router(farm, false);
    const auto sum_of = [](const Bytes &frame) { return frame[40] << 8 | frame[41]; };
    const auto text = [](unsigned bytes) {
        auto padded = message(2); // at an even place: 2 bytes choose the checksum
        padded.resize(padded.size() + padded.size() % 2, 'x');
        padded += static_cast<char>(bytes >> 8);
        padded += static_cast<char>(bytes & 0xff);
        return padded;
    };
    const auto frame = [&](bool server, unsigned bytes) {
        auto packet = to(false, server).udp(5060, 5060).payload(text(bytes));
        return (server ? packet.traffic_class(class_of(false)) : packet).bytes();
    };
    const auto bytes = static_cast<unsigned>(sum_of(frame(true, 0)));
    auto out = frame(true, bytes);
    REQUIRE(sum_of(out) == 0);
    out[40] = out[41] = 0xff;
    check_becomes(farm, frame(false, bytes), out);
}

TEST_CASE("DSCP: first and later fragments", "[dscp][fragments]") {
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        be_behind_router(farm, ipv6);
        for (const std::size_t padding : {200, 201}) {
            INFO("IPv6: " << ipv6 << ", " << padding);
            Datagram datagram;
            datagram.ipv6 = ipv6;
            datagram.source = ipv6 ? kClient6 : kClient;
            datagram.id = static_cast<std::uint32_t>(padding);
            datagram.message = message(padding);
            Datagram moved = datagram;
            moved.destination = ipv6 ? kServer6 : kServer;
            check_becomes(farm, datagram.first().bytes(),
                          moved.first().traffic_class(class_of(ipv6)).bytes());
            check_becomes(farm, datagram.later().bytes(),
                          moved.later().traffic_class(class_of(ipv6)).bytes());
        }
    }
}

TEST_CASE("DSCP: ICMP errors about a server's datagram", "[dscp][icmp]") {
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        be_behind_router(farm, ipv6);
        INFO("IPv6: " << ipv6);
        check_becomes(farm, to(ipv6, false).udp(5060, 5060).payload(message(0)).bytes(),
                      to(ipv6, true)
                          .traffic_class(class_of(ipv6))
                          .udp(5060, 5060)
                          .payload(message(0))
                          .bytes());
        const Packet base =
            ipv6 ? Packet().eth().ipv6(kVip6, kClient6) : Packet().eth().ipv4(kVip, kClient);
        const Bytes sent = Packet(base)
                               .udp(5060, 5060)
                               .payload("SIP/2.0 200 OK\r\nCall-ID: dscp@example.com\r\n\r\n")
                               .bytes();
        const Bytes quoted(sent.begin() + 14, sent.end());
        const auto error = [&](bool server) {
            return ipv6 ? Packet()
                              .eth()
                              .ipv6("2001:db8:7::1", server ? kServer6 : kVip6)
                              .icmp(1, 4, 0, quoted)
                        : Packet()
                              .eth()
                              .ipv4("192.0.2.1", server ? kServer : kVip)
                              .icmp(3, 3, 0, quoted);
        };
        check_becomes(farm, error(false).bytes(),
                      error(true).traffic_class(class_of(ipv6)).bytes());
    }
}

TEST_CASE("DSCP: into the VLAN of the router, and out of one", "[dscp][vlan]") {
    Farm farm;
    const auto packet = [](bool server) {
        return to(false, server).udp(5060, 5060).payload(message(0));
    };
    be_behind_router(farm, false, 200);
    check_becomes(farm, packet(false).bytes(),
                  packet(true).traffic_class(class_of(false)).vlan(200).bytes());
    be_behind_router(farm, false);
    check_becomes(farm, packet(false).vlan(kVlan).bytes(),
                  packet(true).traffic_class(class_of(false)).bytes());
}

TEST_CASE("DSCP: no code stands for the VIP: dropped, and counted so", "[dscp]") {
    Farm farm;
    be_behind_router(farm, false);
    farm.code(kVip, 0);
    const Outcome outcome = farm.run(to_vip(message(0)));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_CODE);
    CHECK(farm.server_counters(5).sent.packets == 0);
}

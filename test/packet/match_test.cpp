// SPDX-License-Identifier: Apache-2.0
//
// What is for a service and what is not: the latter goes to the kernel untouched.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace std::string_literals;
using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "match@example.com");

void check_passed(Farm &farm, const Bytes &frame, ss_reason reason) {
    const Outcome outcome = farm.run(frame);
    INFO(hex_dump(frame, frame));
    INFO(reason_label(outcome.reason) << ", expected " << reason_label(reason));
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.reason == reason);
    CHECK(farm.entries().empty());
}

void check_passed(Farm &farm, const Packet &packet, ss_reason reason) {
    check_passed(farm, packet.bytes(), reason);
}

} // namespace

TEST_CASE("what is not IP is left alone", "[match]") {
    Farm farm;
    check_passed(farm, Packet().eth().ethertype(0x0806).payload(std::string(28, '\x01')),
                 SS_REASON_NOT_IP); // ARP
    check_passed(farm, Packet().eth().ethertype(0x88cc).payload("LLDP"), SS_REASON_NOT_IP);
    check_passed(farm, Packet().eth().ethertype(0x0800), SS_REASON_MALFORMED);
    check_passed(farm, Packet().eth().vlan(1).vlan(2).vlan(3).ipv4(kClient, kVip).udp(5060, 5060),
                 SS_REASON_NOT_IP); // a third tag
}

TEST_CASE("what is not UDP is left alone", "[match]") {
    Farm farm;
    check_passed(farm, Packet().eth().ipv4(kClient, kVip).tcp(5060, 5060), SS_REASON_NOT_UDP);
    check_passed(farm, Packet().eth().ipv6(kClient6, kVip6).tcp(5060, 5060), SS_REASON_NOT_UDP);
    check_passed(farm, Packet().eth().ipv4(kClient, kVip).protocol(1).payload("\x08\0ping"s),
                 SS_REASON_NOT_UDP);
    // Neighbour solicitation for the VIP (RFC 4861), as such and behind a hop-by-hop header.
    const std::string solicitation = "\x87\0\0\0\0\0\0\0"s + std::string(16, '\x20');
    check_passed(farm, Packet().eth().ipv6("fe80::1", kVip6).protocol(58).payload(solicitation),
                 SS_REASON_NOT_UDP);
    check_passed(
        farm, Packet().eth().ipv6("fe80::1", kVip6).hop_by_hop().protocol(58).payload(solicitation),
        SS_REASON_NOT_UDP);
    check_passed(farm, Packet().eth().ipv6(kClient6, kVip6).protocol(59), SS_REASON_NOT_UDP);
}

TEST_CASE("another address or port is left alone", "[match]") {
    Farm farm;
    const auto from = [](std::string_view to, std::uint16_t port) {
        return Packet().eth().ipv4(kClient, to).udp(5060, port).payload(kInvite);
    };
    check_passed(farm, from("198.51.100.101", 5060), SS_REASON_NOT_SERVICE);
    check_passed(farm, from("198.51.101.100", 5060), SS_REASON_NOT_SERVICE);
    check_passed(farm, from(kVip, 5061), SS_REASON_NOT_SERVICE);
    check_passed(farm, from(kVip, 50600), SS_REASON_NOT_SERVICE);
    check_passed(farm, Packet().eth().ipv4(kClient, kVip).udp(5060, 53).payload("x"),
                 SS_REASON_NOT_SERVICE);
    check_passed(
        farm, Packet().eth().ipv6(kClient6, "2001:db8:100::101").udp(5060, 5060).payload(kInvite),
        SS_REASON_NOT_SERVICE);
    // The VIP as the source: an answer of a server.
    check_passed(farm, Packet().eth().ipv4(kVip, kClient).udp(5060, 5060).payload(kInvite),
                 SS_REASON_NOT_SERVICE);
}

TEST_CASE("services are told apart by address and port", "[match]") {
    Farm farm;
    farm.service(3, kVip, 5080, 0);
    farm.service(4, "198.51.100.200", 5060, 0);
    const auto send = [&farm](std::string_view to, std::uint16_t port) {
        const Packet packet = Packet().eth().ipv4(kClient, to).udp(5060, port).payload(kInvite);
        CHECK(farm.run(packet).action == XDP_TX);
        return packet.bytes().size();
    };
    send(kVip, 5060);
    send(kVip, 5080);
    send(kVip, 5080);
    const std::size_t size = send("198.51.100.200", 5060);
    CHECK(farm.service_traffic(1).packets == 1);
    CHECK(farm.service_traffic(2).packets == 0);
    CHECK(farm.service_traffic(3).packets == 2);
    CHECK(farm.service_traffic(3).bytes == 2 * size);
    CHECK(farm.service_traffic(4).packets == 1);
}

TEST_CASE("headers that do not fit are left alone", "[match]") {
    Farm farm;
    const auto ipv4 = [] { return to_vip(kInvite); };
    const auto ipv6 = [] { return to_vip6(kInvite); };
    const auto size = static_cast<std::uint16_t>(kInvite.size());
    SECTION("IPv4") {
        check_passed(farm, ipv4().ip_first_byte(0x65), SS_REASON_MALFORMED); // version
        check_passed(farm, ipv4().ip_first_byte(0x44), SS_REASON_MALFORMED); // header length
        check_passed(farm, ipv4().ip_first_byte(0x40), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().ip_length(0), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().ip_length(19), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().ip_length(27), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().ip_length(28 + size - 1), SS_REASON_MALFORMED);
    }
    SECTION("IPv4 packet longer than the frame") {
        check_passed(farm, ipv4().ip_length(28 + size + 1), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().ip_length(65535), SS_REASON_MALFORMED);
    }
    SECTION("IPv6") {
        check_passed(farm, ipv6().ip_first_byte(0x40), SS_REASON_MALFORMED);
        check_passed(farm, ipv6().ip_length(0), SS_REASON_MALFORMED);
        check_passed(farm, ipv6().ip_length(7), SS_REASON_MALFORMED);
        check_passed(farm, ipv6().ip_length(8 + size - 1), SS_REASON_MALFORMED);
    }
    SECTION("IPv6 packet longer than the frame") {
        check_passed(farm, ipv6().ip_length(8 + size + 1), SS_REASON_MALFORMED);
    }
    SECTION("UDP") {
        check_passed(farm, ipv4().udp_length(0), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().udp_length(7), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().udp_length(8 + size + 1), SS_REASON_MALFORMED);
        check_passed(farm, ipv4().udp_length(65535), SS_REASON_MALFORMED);
        check_passed(farm, ipv6().udp_length(0), SS_REASON_MALFORMED);
        check_passed(farm, ipv6().udp_length(8 + size + 1), SS_REASON_MALFORMED);
    }
}

TEST_CASE("what cannot be parsed is dropped where the pools drop it", "[match]") {
    const auto ipv4 = [] { return to_vip(kInvite); };
    const auto ipv6 = [] { return to_vip6(kInvite); };
    Packet nine = Packet().eth().ipv6(kClient6, kVip6);
    for (int i = 0; i < 9; i++) {
        nine.destination_options();
    }
    const std::vector<std::pair<Packet, ss_reason>> packets = {
        {ipv4().ip_first_byte(0x65), SS_REASON_MALFORMED},
        {ipv4().ip_length(19), SS_REASON_MALFORMED},
        {ipv4().ip_length(65535), SS_REASON_MALFORMED},
        {ipv4().udp_length(7), SS_REASON_MALFORMED},
        {ipv6().ip_first_byte(0x40), SS_REASON_MALFORMED},
        {ipv6().udp_length(65535), SS_REASON_MALFORMED},
        {nine.udp(5060, 5060).payload(kInvite), SS_REASON_EXTENSIONS},
    };
    Farm farm;
    farm.drop_unparsed(kVip);
    farm.drop_unparsed(kVip6);
    for (const auto &[packet, reason] : packets) {
        const Outcome outcome = farm.run(packet);
        CHECK(outcome.action == XDP_DROP);
        CHECK(outcome.reason == reason);
        CHECK(outcome.verdict == SS_VERDICT_DROP);
    }
    // What is for another address, another host or another protocol is not judged.
    check_passed(farm, Packet().eth().ipv4(kClient, "198.51.100.101").udp(5060, 5060).udp_length(7),
                 SS_REASON_MALFORMED);
    check_passed(farm, ipv4().eth(kRouterMac, {0x02, 0, 0, 0, 0, 0x77}).udp_length(7),
                 SS_REASON_MALFORMED);
    check_passed(farm, Packet().eth().ipv4(kClient, kVip).tcp(5060, 5060), SS_REASON_NOT_UDP);
    farm.steer(ipv4(), SS_REASON_CALL_NEW);
}

TEST_CASE("a datagram shorter than its IP packet ends where UDP says", "[match]") {
    Farm farm;
    const std::string whole = kInvite + "\r\ni: beyond\r\n";
    farm.steer(to_vip(whole).udp_length(static_cast<std::uint16_t>(8 + kInvite.size())),
               SS_REASON_DOUBTFUL); // UDP's checksum covers what is behind, too
    CHECK(farm.entries().empty());
    const std::size_t empty = request_without_call_id("INVITE").size() - 2;
    const std::string hidden = request_without_call_id("INVITE").substr(0, empty) + "i: x\r\n\r\n";
    farm.steer(to_vip(hidden).udp_length(static_cast<std::uint16_t>(8 + empty)),
               SS_REASON_NO_CALL_ID);
}

TEST_CASE("Ethernet's padding is not part of the message", "[match]") {
    Farm farm;
    const std::string text = "i: padding@example.com\r\n\r\n";
    const std::string cut = "OPTIONS sip:b SIP/2.0\r\nv: SIP/2.0/UDP b\r\nCSeq: 1 OPTIONS\r\n";
    farm.steer(to_vip(cut).padding(Bytes(text.begin(), text.end())), SS_REASON_NO_CALL_ID);
    farm.steer(to_vip(cut + "i:a").padding({'b', 'c', 0, 0, 0}), SS_REASON_CALL_NEW);
    farm.call("a");
}

namespace {

void check_truncated(const Packet &packet) {
    Farm farm;
    const Bytes whole = packet.bytes();
    // The kernel runs no test with less than an Ethernet header.
    for (std::size_t length = 14; length < whole.size(); length++) {
        const Outcome outcome = farm.run(Bytes(whole.begin(), whole.begin() + length));
        INFO(length << " of " << whole.size() << " bytes: " << reason_label(outcome.reason));
        REQUIRE(outcome.action == XDP_PASS);
        REQUIRE((outcome.reason == SS_REASON_MALFORMED || outcome.reason == SS_REASON_NOT_IP));
    }
    CHECK(farm.entries().empty());
    CHECK(farm.service_traffic(1).packets == 0);
    CHECK(farm.run(whole).action == XDP_TX);
}

} // namespace

TEST_CASE("a frame cut at any length is left alone: IPv4", "[match]") {
    check_truncated(to_vip(kInvite));
}

TEST_CASE("a frame cut at any length is left alone: IPv4, tags, options", "[match]") {
    check_truncated(Packet()
                        .eth()
                        .vlan(100, 0x88a8)
                        .vlan(200)
                        .ipv4(kClient, kVip)
                        .options(Bytes(40, 1))
                        .udp(5060, 5060)
                        .payload(kInvite));
}

TEST_CASE("a frame cut at any length is left alone: IPv6 with extensions", "[match]") {
    check_truncated(Packet()
                        .eth()
                        .ipv6(kClient6, kVip6)
                        .hop_by_hop()
                        .destination_options(24)
                        .routing()
                        .authentication(24)
                        .udp(5060, 5060)
                        .payload(kInvite));
}

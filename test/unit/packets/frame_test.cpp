// SPDX-License-Identifier: Apache-2.0
//
// Datagrams in captured frames, whatever these begin with.
#include "packets/frame.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sipsteer;
using namespace sipsteer::packets;
using namespace std::string_literals;

namespace {

const std::string kMacs(12, '\x02');
const std::string kUdp = "\x13\xc4\x13\xc5\x00\x0c\x00\x00"s + "abcd"; // 5060 to 5061

std::string ipv4(const std::string &payload, const std::string &fragment = "\0\0"s,
                 const std::string &options = {}) {
    const auto total = static_cast<char>(20 + options.size() + payload.size());
    const auto first = static_cast<char>(0x45 + options.size() / 4);
    return std::string(1, first) + "\0\0"s + total + "\x12\x34"s + fragment + "\x40\x11\0\0"s +
           "\xc0\x00\x02\x01"s + "\xc6\x33\x64\x64"s + options + payload;
}

std::string ipv6(char next, const std::string &payload) {
    const std::string address = "\x20\x01\x0d\xb8"s + std::string(11, '\0');
    return "\x60\0\0\0\0"s + static_cast<char>(payload.size()) + next + '\x40' + address + '\x01' +
           address + '\x02' + payload;
}

Datagram datagram_of(Link link, const std::string &frame) {
    const auto read = read_frame(link, frame);
    REQUIRE(std::holds_alternative<Datagram>(read));
    Datagram datagram = std::get<Datagram>(read);
    return datagram;
}

ss_reason reason_of(Link link, const std::string &frame) {
    const auto read = read_frame(link, frame);
    REQUIRE(std::holds_alternative<ss_reason>(read));
    return std::get<ss_reason>(read);
}

void check_abcd(Link link, const std::string &frame) {
    const Datagram datagram = datagram_of(link, frame);
    CHECK(datagram.payload == "abcd");
    CHECK(datagram.source_port == 5060);
    CHECK(datagram.destination_port == 5061);
    CHECK(datagram.part == Part::Whole);
    CHECK_FALSE(datagram.cut);
}

} // namespace

TEST_CASE("a datagram is found behind every kind of link header", "[cli]") {
    check_abcd(Link::Ethernet, kMacs + "\x08\x00"s + ipv4(kUdp));
    check_abcd(Link::Ethernet, kMacs + "\x81\x00\x00\x64\x08\x00"s + ipv4(kUdp));
    check_abcd(Link::Ethernet,
               kMacs + "\x88\xa8\x00\x64\x81\x00\x00\x65\x86\xdd"s + ipv6(17, kUdp));
    check_abcd(Link::LinuxCooked, std::string(14, '\0') + "\x08\x00"s + ipv4(kUdp));
    check_abcd(Link::LinuxCooked2, "\x86\xdd"s + std::string(18, '\0') + ipv6(17, kUdp));
    check_abcd(Link::Ip, ipv4(kUdp));
    check_abcd(Link::Ip, ipv6(17, kUdp));
    check_abcd(Link::Loopback, "\x02\0\0\0"s + ipv4(kUdp));
}

TEST_CASE("addresses, options, extension headers and padding", "[cli]") {
    const auto datagram = datagram_of(Link::Ip, ipv4(kUdp, "\0\0"s, "\x94\x04\0\0"s) + "padding");
    CHECK(datagram.payload == "abcd");
    CHECK(datagram.source.to_string() == "192.0.2.1");
    CHECK(datagram.destination.to_string() == "198.51.100.100");
    check_abcd(Link::Ip, ipv6(0, "\x3c\0\0\0\0\0\0\0"s + "\x11\0\0\0\0\0\0\0"s + kUdp));
    check_abcd(Link::Ip, ipv6(51, "\x11\x01"s + std::string(10, '\0') + kUdp));
    CHECK(datagram_of(Link::Ip, ipv6(17, kUdp)).source.to_string() == "2001:db8::1");
}

TEST_CASE("fragments are told from whole datagrams", "[cli]") {
    const auto first = datagram_of(Link::Ip, ipv4(kUdp, "\x20\x00"s));
    CHECK(first.part == Part::FirstFragment);
    CHECK(first.source_port == 5060);
    const auto later = datagram_of(Link::Ip, ipv4("rest", "\x00\x02"s));
    CHECK(later.part == Part::LaterFragment);
    CHECK(later.fragment_offset == 16);
    CHECK(later.fragment_id == 0x1234);
    CHECK(later.payload == "rest");
    const auto later6 = datagram_of(Link::Ip, ipv6(44, "\x11\0\0\x10\0\0\0\x07"s + "rest"));
    CHECK(later6.part == Part::LaterFragment);
    CHECK(later6.fragment_offset == 16);
    CHECK(later6.fragment_id == 7);
}

TEST_CASE("a first fragment says how its datagram is put together", "[cli]") {
    const std::string longer = "\x13\xc4\x13\xc5\x01\x00\x00\x00"s + "abcd"; // 256 bytes in all
    const auto plain = datagram_of(Link::Ip, ipv4(longer, "\x20\x00"s));
    CHECK(plain.payload == "abcd");
    CHECK(plain.data_before == 8);
    CHECK(plain.whole_length == 248);
    // Destination options within the fragment are counted, a hop-by-hop header before it is not.
    const auto extended =
        datagram_of(Link::Ip, ipv6(0, "\x2c\0\0\0\0\0\0\0"s + "\x3c\0\0\x01\0\0\0\x07"s +
                                          "\x11\0\0\0\0\0\0\0"s + longer));
    CHECK(extended.payload == "abcd");
    CHECK(extended.data_before == 16);
    CHECK(extended.whole_length == 248);
}

TEST_CASE("an ICMP error has the datagram it quotes", "[cli]") {
    const auto with_protocol = [](std::string packet, char protocol) {
        packet[9] = protocol;
        return packet;
    };
    const std::string quote = ipv4(kUdp);
    const auto quoted = read_icmp_error(
        Link::Ethernet,
        kMacs + "\x08\x00"s + with_protocol(ipv4("\x03\x03"s + std::string(6, '\0') + quote), 1));
    REQUIRE(quoted);
    CHECK(quoted->source.to_string() == "192.0.2.1");
    CHECK(quoted->destination_port == 5061);
    CHECK(quoted->payload == "abcd");
    const auto cut = read_icmp_error(
        Link::Ip, with_protocol(ipv4("\x0b\0"s + std::string(6, '\0') + quote.substr(0, 30)), 1));
    REQUIRE(cut);
    CHECK(cut->cut);
    CHECK(cut->payload == "ab");
    const auto too_big =
        read_icmp_error(Link::Ip, ipv6(58, "\x02\0"s + std::string(6, '\0') + ipv6(17, kUdp)));
    REQUIRE(too_big);
    CHECK(too_big->payload == "abcd");
    const std::string echo = "\x08\0"s + std::string(6, '\0') + quote;
    CHECK_FALSE(read_icmp_error(Link::Ip, with_protocol(ipv4(echo), 1)));
    CHECK_FALSE(read_icmp_error(Link::Ip, with_protocol(ipv4("\x03\x03"s), 1)));
    CHECK_FALSE(read_icmp_error(
        Link::Ip,
        with_protocol(ipv4("\x03\x03"s + std::string(6, '\0') + ipv4(kUdp, "\0\x02"s)), 1)));
    CHECK_FALSE(read_icmp_error(Link::Ip, ipv4(kUdp)));
}

TEST_CASE("what is no UDP datagram has the data plane's reason", "[cli]") {
    CHECK(reason_of(Link::Ethernet, kMacs + "\x08\x06"s + std::string(28, '\0')) ==
          SS_REASON_NOT_IP);
    CHECK(reason_of(Link::Ip, ipv6(6, std::string(20, '\0'))) == SS_REASON_NOT_UDP);
    CHECK(reason_of(Link::Ip, "\x45\0"s) == SS_REASON_MALFORMED);
    CHECK(reason_of(Link::Ip, ipv4("\x13\xc4\x13\xc4\x00\x07\0\0"s)) == SS_REASON_MALFORMED);
    std::string chain;
    for (int i = 0; i < 9; i++) {
        chain += "\x3c\0\0\0\0\0\0\0"s;
    }
    CHECK(reason_of(Link::Ip, ipv6(60, chain + kUdp)) == SS_REASON_EXTENSIONS);
    CHECK(reason_of(Link::Ip, "") == SS_REASON_NOT_IP);
}

TEST_CASE("every cut of a frame is read within its bounds", "[cli]") {
    const std::string whole =
        kMacs + "\x81\x00\x00\x64\x86\xdd"s + ipv6(0, "\x11\0\0\0\0\0\0\0"s + kUdp);
    for (std::size_t size = 0; size < whole.size(); size++) {
        // A buffer of its own, so that a sanitizer sees a read behind its end.
        const std::string frame(whole.data(), size);
        const auto read = read_frame(Link::Ethernet, frame);
        if (const auto *datagram = std::get_if<Datagram>(&read)) {
            CHECK(datagram->cut);
        }
    }
    std::string error = ipv6(58, "\x01\x04"s + std::string(6, '\0') + whole.substr(18));
    for (std::size_t size = 0; size < error.size(); size++) {
        const std::string packet(error.data(), size);
        const auto quoted = read_icmp_error(Link::Ip, packet);
        CHECK((!quoted || quoted->cut));
    }
}

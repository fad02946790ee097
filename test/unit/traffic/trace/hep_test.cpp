// SPDX-License-Identifier: Apache-2.0
//
// HEP3 datagrams, taken apart by hand as the protocol's description has it.
#include "traffic/trace/hep.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace sipsteer;
using namespace sipsteer::trace;

namespace {

unsigned u16(const std::string &bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes.at(at)) << 8 |
           static_cast<unsigned char>(bytes.at(at + 1));
}

/// Values by type.
std::map<unsigned, std::string> chunks_of(const std::string &datagram) {
    REQUIRE(datagram.substr(0, 4) == "HEP3");
    REQUIRE(u16(datagram, 4) == datagram.size());
    std::map<unsigned, std::string> chunks;
    for (std::size_t at = 6; at < datagram.size(); at += u16(datagram, at + 4)) {
        REQUIRE(u16(datagram, at + 4) >= 6);
        CHECK(u16(datagram, at) == 0); // vendor
        CHECK(
            chunks
                .emplace(u16(datagram, at + 2), datagram.substr(at + 6, u16(datagram, at + 4) - 6))
                .second);
    }
    return chunks;
}

HepMessage example(const std::string &source, const std::string &destination) {
    HepMessage message;
    message.source = *Address::parse(source);
    message.destination = *Address::parse(destination);
    message.source_port = 5070;
    message.destination_port = 5060;
    message.time = 1'700'000'000'123'456'789;
    message.agent = 0x01020304;
    message.correlation = "a@b";
    message.payload = "BYE sip:x SIP/2.0\r\n\r\n";
    return message;
}

} // namespace

TEST_CASE("a message over IPv4") {
    const auto chunks = chunks_of(hep_datagram(example("192.0.2.7", "198.51.100.100")));
    const std::map<unsigned, std::string> expected{{1, "\x02"},
                                                   {2, "\x11"},
                                                   {3, {'\xc0', 0, 2, 7}},
                                                   {4, {'\xc6', 51, 100, 100}},
                                                   {7, "\x13\xce"},
                                                   {8, "\x13\xc4"},
                                                   {9, "\x65\x53\xf1" + std::string(1, '\0')},
                                                   {10, {0, 1, '\xe2', '\x40'}},
                                                   {11, "\x01"},
                                                   {12, "\x01\x02\x03\x04"},
                                                   {15, "BYE sip:x SIP/2.0\r\n\r\n"},
                                                   {17, "a@b"}};
    CHECK(chunks == expected);
}

TEST_CASE("a message over IPv6, without a Call-ID") {
    auto message = example("2001:db8::7", "2001:db8::100");
    message.correlation = {};
    const auto chunks = chunks_of(hep_datagram(message));
    CHECK(chunks.at(1) == "\x0a");
    CHECK(chunks.count(3) == 0);
    CHECK(chunks.at(5) == std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07");
    CHECK(chunks.at(6).size() == 16);
    CHECK(chunks.count(17) == 0);
}

TEST_CASE("what does not fit a datagram gives none") {
    auto message = example("192.0.2.7", "198.51.100.100");
    const std::string large(65'535 - 8 - 20, 'x');
    message.payload = large;
    CHECK(hep_datagram(message).empty());
    message.payload = std::string_view(large).substr(0, 65'000);
    CHECK(hep_datagram(message).size() > 65'000);
}

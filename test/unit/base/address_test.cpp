// SPDX-License-Identifier: Apache-2.0
#include "base/address.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

using sipsteer::Address;

namespace {

Address parsed(const std::string &text) {
    const auto address = Address::parse(text);
    INFO(text);
    REQUIRE(address.has_value());
    return *address;
}

} // namespace

TEST_CASE("addresses are read and written in their usual form") {
    const std::pair<const char *, const char *> cases[] = {
        {"198.51.100.7", "198.51.100.7"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"2001:db8::7", "2001:db8::7"},
        {"2001:0DB8:0:0:0:0:0:7", "2001:db8::7"},
        {"2001:db8:0:1:0:0:0:7", "2001:db8:0:1::7"},
        {"::", "::"},
        {"::1", "::1"},
        {"::ffff:198.51.100.7", "198.51.100.7"}, // IPv4-mapped stands for IPv4
        {"::ffff:c633:6407", "198.51.100.7"},
    };
    for (const auto &[text, written] : cases) {
        CHECK(parsed(text).to_string() == written);
    }
}

TEST_CASE("what is not an address is refused") {
    const std::string cases[] = {
        "",
        "10.0.0.300",
        "10.0.0",
        "10.0.0.1.2",
        "10.0.0.1 ",
        " 10.0.0.1",
        "010.0.0.1",
        "10.0.0.1:5060",
        "10.0.0.1/24",
        "0x0a000001",
        "167772161",
        "2001:db8",
        "2001:db8:::1",
        "[2001:db8::1]",
        "2001:db8::12345",
        "fe80::1%lo",
        "::ffff:10.0.0.1%lo",
        "example.net",
        std::string("10.0.0.1\0x", 10),
    };
    for (const std::string &text : cases) {
        INFO(text);
        CHECK_FALSE(Address::parse(text).has_value());
    }
}

TEST_CASE("IPv4 is kept IPv4-mapped") {
    const Address address = parsed("198.51.100.7");
    const std::array<std::uint8_t, 16> bytes = {0, 0, 0,    0,    0,   0,  0,   0,
                                                0, 0, 0xff, 0xff, 198, 51, 100, 7};
    CHECK(address.bytes() == bytes);
    CHECK(address.is_ipv4());
    CHECK(address.ipv4_bytes() == std::array<std::uint8_t, 4>{198, 51, 100, 7});
    CHECK(Address::from_bytes(bytes) == address);
    CHECK(Address::from_ipv4({198, 51, 100, 7}) == address);
    CHECK_FALSE(parsed("2001:db8::7").is_ipv4());
    CHECK_FALSE(parsed("::198.51.100.7").is_ipv4());
}

TEST_CASE("kinds of addresses") {
    const auto kinds = [](const Address &a) {
        std::string letters;
        letters += a.is_unspecified() ? "u" : "";
        letters += a.is_multicast() ? "m" : "";
        letters += a.is_loopback() ? "l" : "";
        letters += a.is_link_local() ? "k" : "";
        letters += a.is_broadcast() ? "b" : "";
        return letters;
    };
    const std::pair<const char *, const char *> cases[] = {
        {"0.0.0.0", "u"},
        {"::", "u"},
        {"0.0.0.1", ""},
        {"223.255.255.255", ""},
        {"224.0.0.0", "m"},
        {"239.255.255.255", "m"},
        {"240.0.0.0", ""},
        {"255.255.255.255", "b"},
        {"255.255.255.254", ""},
        {"ff02::1", "m"},
        {"127.0.0.1", "l"},
        {"127.255.0.9", "l"},
        {"126.255.255.255", ""},
        {"::1", "l"},
        {"::2", ""},
        {"1::1", ""},
        {"169.254.1.1", "k"},
        {"169.253.1.1", ""},
        {"fe80::1", "k"},
        {"febf::1", "k"},
        {"fec0::1", ""},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "m"},
        {"2001:db8::ffff:ffff", ""},
    };
    for (const auto &[text, expected] : cases) {
        INFO(text);
        CHECK(kinds(parsed(text)) == expected);
    }
    CHECK(kinds(Address()) == "u");
}

// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;

namespace {

bool has(const std::string &prefix, const std::string &address) {
    return Prefix::parse(prefix)->has(*Address::parse(address));
}

} // namespace

TEST_CASE("a prefix has the addresses that begin as it does") {
    CHECK(has("192.0.2.0/24", "192.0.2.255"));
    CHECK_FALSE(has("192.0.2.0/24", "192.0.3.0"));
    CHECK(has("192.0.2.7/25", "192.0.2.127"));
    CHECK_FALSE(has("192.0.2.7/25", "192.0.2.128"));
    CHECK(has("192.0.2.7", "192.0.2.7"));
    CHECK_FALSE(has("192.0.2.7", "192.0.2.6"));
    CHECK(has("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(has("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(has("::/0", "2001:db8::1"));
    CHECK(has("0.0.0.0/0", "192.0.2.7"));
    CHECK_FALSE(has("0.0.0.0/0", "2001:db8::1"));
}

TEST_CASE("other texts are no prefixes") {
    for (const std::string text : {"", "/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1",
                                   "192.0.2.0/24 ", "192.0.2/24", "2001:db8::/129", "any"}) {
        INFO(text);
        CHECK_FALSE(Prefix::parse(text));
    }
}

TEST_CASE("a prefix is written as it is read, and without what is behind its bits") {
    for (const std::string text : {"192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32",
                                   "2001:db8::7", "::/0", "128.0.0.0/1"}) {
        INFO(text);
        CHECK(Prefix::parse(text)->to_string() == text);
        CHECK(Prefix::parse(text)->masked() == Prefix::parse(text));
    }
    CHECK(Prefix::parse("192.0.2.255/25")->masked().to_string() == "192.0.2.128/25");
    CHECK(Prefix::parse("2001:db8::7/127")->masked().to_string() == "2001:db8::6/127");
    CHECK(Prefix::parse("0.0.0.0/0")->is_ipv4());
    CHECK_FALSE(Prefix::parse("::/0")->is_ipv4());
}

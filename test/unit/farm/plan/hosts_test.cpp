// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/hosts.hpp"

#include "base/address.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace sipsteer;

namespace {

ss_server server_at(const char *address) {
    ss_server server = {};
    const auto bytes = Address::parse(address)->bytes();
    std::copy(bytes.begin(), bytes.end(), server.address);
    server.pool = 7;
    return server;
}

} // namespace

TEST_CASE("a server is known by its address as SIP writes it") {
    CHECK(plan::host_text(server_at("192.0.2.11")) == "192.0.2.11");
    CHECK(plan::host_text(server_at("2001:DB8:0:0:0:0:0:13")) == "[2001:db8::13]");
    const auto key = plan::host_key(server_at("192.0.2.11"), "192.0.2.11");
    CHECK(std::string(key.host) == "192.0.2.11");
    CHECK(std::all_of(key.host + 10, key.host + SS_HOST_SIZE, [](char c) { return c == 0; }));
    CHECK(key.pool == 7);
    const auto *longest = "1111:2222:3333:4444:5555:6666:7777:8888";
    const auto text = "[" + std::string(longest) + "]";
    CHECK(std::string(plan::host_key(server_at(longest), text).host) == text);
}

TEST_CASE("a server is known by each spelling of its address that software writes") {
    using Spellings = std::vector<std::string>;
    CHECK(plan::host_spellings(server_at("192.0.2.11")) == Spellings{"192.0.2.11"});
    CHECK(plan::host_spellings(server_at("2001:db8::13")) ==
          Spellings{"[2001:db8::13]", "[2001:db8:0:0:0:0:0:13]", "[2001:DB8::13]",
                    "[2001:DB8:0:0:0:0:0:13]"});
    CHECK(plan::host_spellings(server_at("1111:2222:3333:4444:5555:6666:7777:8888")) ==
          Spellings{"[1111:2222:3333:4444:5555:6666:7777:8888]"});
    CHECK(plan::host_spellings(server_at("2001:1::")) ==
          Spellings{"[2001:1::]", "[2001:1:0:0:0:0:0:0]"});
}

// SPDX-License-Identifier: Apache-2.0
//
// Asking a segment who has an address.
#include "kernel/netlink/inquiry.hpp"
#include "namespaces.hpp"

#include <catch2/catch.hpp>
#include <net/if.h>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;

namespace {

using Macs = std::set<MacAddress>;

constexpr MacAddress kDirector = {2, 0, 0, 0, 0, 1};
constexpr MacAddress kServer = {2, 0, 0, 0, 0, 0x11};
constexpr auto kPatience = 400ms;

Address address(const std::string &text) {
    return *Address::parse(text);
}

Question question(const std::string &own, const std::string &target) {
    return {if_nametoindex("eth0"),
            {kDirector, own.empty() ? Address{} : address(own)},
            address(target)};
}

std::vector<Macs> ask(const std::vector<Question> &questions) {
    const auto answers = ask_segments(questions, kPatience);
    REQUIRE(answers);
    return *answers;
}

} // namespace

TEST_CASE("inquiry: each question has its answers, of both families") {
    const Segment segment;
    const auto answers =
        ask({question("192.0.2.1", "192.0.2.11"), question("192.0.2.1", "192.0.2.77"),
             question("2001:db8::1", "2001:db8::b"), question("2001:db8::1", "2001:db8::77"),
             question("", "192.0.2.11")}); // as a probe (RFC 5227)
    CHECK(answers == std::vector<Macs>{{kServer}, {}, {kServer}, {}, {kServer}});
}

TEST_CASE("inquiry: a VIP that the director has, too, and a server that does not keep silent") {
    const Segment segment;
    shell("ip address add 198.51.100.100/32 dev eth0");
    segment.on_server("ip link set lo up && ip address add 198.51.100.100/32 dev lo");
    const std::vector<Question> questions = {question("192.0.2.1", "198.51.100.100")};
    CHECK(ask(questions) == std::vector<Macs>{{kServer}});
    segment.on_server("sysctl -qw net.ipv4.conf.all.arp_ignore=1");
    CHECK(ask(questions) == std::vector<Macs>{{}});

    shell("ip address add 2001:db8:1::100/128 dev eth0 nodad");
    segment.on_server("ip address add 2001:db8:1::100/128 dev lo nodad");
    const std::vector<Question> ipv6 = {question("2001:db8::1", "2001:db8:1::100")};
    CHECK(ask(ipv6) == std::vector<Macs>{{}});
    segment.on_server("ip address add 2001:db8:1::100/128 dev eth0 nodad");
    CHECK(ask(ipv6) == std::vector<Macs>{{kServer}});
}

TEST_CASE("inquiry: an interface that is down has no answers") {
    const Segment segment;
    shell("ip link set eth0 down");
    CHECK(ask({question("192.0.2.1", "192.0.2.11")}) == std::vector<Macs>{{}});
}

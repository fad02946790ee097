// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/announce.hpp"
#include "kernel/netlink/check.hpp"
#include "kernel/netlink/decide.hpp"
#include "kernel/netlink/link.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <vector>

using namespace sipsteer;
using namespace sipsteer::packets;
using namespace std::chrono_literals;

namespace {

const Address kServer = *Address::parse("198.51.100.11");
const Address kServer6 = *Address::parse("2001:db8::b");
const MacAddress kMac = {2, 0, 0, 0, 0, 0x11};

LinkInfo plain(std::uint32_t ifindex, const std::string &name) {
    LinkInfo link;
    link.ifindex = ifindex;
    link.name = name;
    link.ethernet = true;
    link.up = true;
    link.mac = {2, 0, 0, 0, 1, static_cast<std::uint8_t>(ifindex)};
    return link;
}

LinkInfo upper(std::uint32_t ifindex, const std::string &name, const std::string &kind,
               std::uint32_t lower) {
    auto link = plain(ifindex, name);
    link.kind = kind;
    link.lower = lower;
    if (kind == "vlan") {
        link.vlan = 100;
        link.vlan_protocol = 0x8100;
    }
    return link;
}

Route on_link(std::uint32_t ifindex) {
    Route route;
    route.kind = Route::Kind::OnLink;
    route.ifindex = ifindex;
    return route;
}

/// decide_segment() in a host with these interfaces.
NextHop segment(const Route &route, const std::vector<LinkInfo> &links, const VlanTags &tags = {}) {
    const auto find = [&](std::uint32_t ifindex) -> std::optional<LinkInfo> {
        for (const auto &link : links) {
            if (link.ifindex == ifindex) {
                return link;
            }
        }
        return std::nullopt;
    };
    return decide_segment(route, find, tags);
}

NeighbourEntry entry(int state) {
    NeighbourEntry made;
    made.state = static_cast<std::uint16_t>(state);
    made.mac = kMac;
    return made;
}

/// Over source, destination, length, next header and the message; all ones if the checksum in it
/// is right (RFC 4443, 2.3).
std::uint32_t icmpv6_sum(const Bytes &frame) {
    auto sum = static_cast<std::uint32_t>(frame.size() - 54 + 58);
    for (std::size_t i = 14 + 8; i < frame.size(); i += 2) {
        sum += static_cast<std::uint32_t>(frame[i] << 8 | frame[i + 1]);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

} // namespace

TEST_CASE("a plain interface") {
    const auto hop = segment(on_link(2), {plain(2, "eth0")});
    CHECK(hop.problem.empty());
    CHECK_FALSE(hop.resolved);
    CHECK(hop.ifindex == 2);
    CHECK(hop.vlan == 0);
    CHECK(hop.source_mac == plain(2, "eth0").mac);
}

TEST_CASE("a VLAN interface: its parent, its id, its own MAC") {
    const auto vlan = upper(3, "eth0.100", "vlan", 2);
    const auto hop = segment(on_link(3), {plain(2, "eth0"), vlan});
    CHECK(hop.problem.empty());
    CHECK(hop.ifindex == 2);
    CHECK(hop.vlan == 100);
    CHECK(hop.source_mac == vlan.mac);
}

TEST_CASE("a macvlan interface, its tag told by the configuration") {
    const auto macvlan = upper(3, "sip", "macvlan", 2);
    CHECK(segment(on_link(3), {plain(2, "eth0"), macvlan}).vlan == 0);
    const auto hop = segment(on_link(3), {plain(2, "eth0"), macvlan}, {{"sip", 7}});
    CHECK(hop.problem.empty());
    CHECK(hop.ifindex == 2);
    CHECK(hop.vlan == 7);
    CHECK(hop.source_mac == macvlan.mac);
}

TEST_CASE("interfaces frames cannot be steered out of") {
    const auto eth0 = plain(2, "eth0");
    auto down = eth0;
    down.up = false;
    CHECK(segment(on_link(2), {down}).problem == "interface eth0 is down");
    CHECK(segment(on_link(3), {down, upper(3, "v", "vlan", 2)}).problem ==
          "interface eth0 is down");

    auto tunnel = eth0;
    tunnel.ethernet = false;
    CHECK(segment(on_link(2), {tunnel}).problem == "interface eth0 is not Ethernet");

    auto bond = plain(2, "bond0");
    bond.kind = "bond";
    CHECK(segment(on_link(2), {bond}).problem ==
          "interface bond0 is a bond, which is not supported");
    CHECK(segment(on_link(3), {bond, upper(3, "v", "vlan", 2)}).problem ==
          "interface v is on bond0, a bond, which is not supported");

    auto qinq = upper(3, "v", "vlan", 2);
    qinq.vlan_protocol = 0x88a8;
    CHECK(segment(on_link(3), {eth0, qinq}).problem ==
          "interface v: VLAN tags other than 802.1Q are not supported");
    CHECK(segment(on_link(4), {eth0, upper(3, "v", "vlan", 2), upper(4, "w", "vlan", 3)}).problem ==
          "interface w: stacked VLANs are not supported");

    CHECK(segment(on_link(3), {eth0, upper(3, "v", "vlan", 0)}).problem ==
          "interface v: its lower interface is in another network namespace");
    CHECK(segment(on_link(9), {eth0}).problem == "its interface is gone");
}

TEST_CASE("an address of this host needs no neighbour") {
    Route route;
    route.kind = Route::Kind::Local;
    const auto place = segment(route, {});
    CHECK(place.local);
    CHECK(place.problem.empty());
    const auto hop = decide_next_hop(place, kServer, {}, true);
    CHECK(hop.resolved);
    CHECK(hop.local);
    CHECK(hop.ifindex == 0);
    CHECK_FALSE(hop.failed);
}

TEST_CASE("routes that lead to no segment of ours") {
    Route route;
    route.problem = "no route";
    CHECK(segment(route, {}).problem == "no route");
    route.kind = Route::Kind::Router;
    route.ifindex = 2;
    route.router = *Address::parse("192.0.2.1");
    CHECK(segment(route, {plain(2, "eth0")}).problem ==
          "behind router 192.0.2.1; the server, or its next_hop, must be on a segment of the "
          "director");
}

TEST_CASE("states of the neighbour entry") {
    const auto on = segment(on_link(2), {plain(2, "eth0")});
    for (const int state :
         {NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_PERMANENT, NUD_NOARP}) {
        const auto hop = decide_next_hop(on, kServer, entry(state), false);
        CHECK(hop.resolved);
        CHECK(hop.mac == kMac);
        CHECK(hop.ifindex == 2);
        CHECK(hop.problem.empty());
    }
    for (const int state : {0, NUD_INCOMPLETE, NUD_FAILED}) {
        const auto asked = decide_next_hop(on, kServer, entry(state), true);
        CHECK_FALSE(asked.resolved);
        CHECK(asked.problem == "no ARP answer");
        CHECK(asked.failed);
        CHECK_FALSE(asked.pending);
        CHECK(decide_next_hop(on, kServer6, entry(state), true).problem == "no ND answer");
        const auto asking = decide_next_hop(on, kServer, entry(state), false);
        CHECK_FALSE(asking.resolved);
        CHECK(asking.problem == "no ARP answer yet");
        CHECK_FALSE(asking.failed);
        CHECK(asking.pending);
    }
}

TEST_CASE("a problem of the segment outlives a good neighbour entry") {
    NextHop broken;
    broken.problem = "no route";
    CHECK(decide_next_hop(broken, kServer, entry(NUD_REACHABLE), false) == broken);
}

TEST_CASE("a VLAN interface as the kernel describes it") {
    alignas(nlmsghdr) std::array<char, 1024> buffer{};
    nlmsghdr *message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = RTM_NEWLINK;
    auto *body = static_cast<ifinfomsg *>(mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg)));
    body->ifi_type = ARPHRD_ETHER;
    body->ifi_index = 7;
    body->ifi_flags = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    mnl_attr_put_strz(message, IFLA_IFNAME, "eth0.100");
    mnl_attr_put(message, IFLA_ADDRESS, kMac.size(), kMac.data());
    mnl_attr_put_u32(message, IFLA_MTU, 1500);
    mnl_attr_put_u32(message, IFLA_LINK, 2);
    nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_str(message, IFLA_INFO_KIND, "vlan");
    nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL, htons(0x8100));
    mnl_attr_put_u16(message, IFLA_VLAN_ID, 100);
    mnl_attr_nest_end(message, data);
    mnl_attr_nest_end(message, info);

    const LinkInfo expected{.ifindex = 7,
                            .name = "eth0.100",
                            .kind = "vlan",
                            .ethernet = true,
                            .up = true,
                            .enabled = true,
                            .mtu = 1500,
                            .mac = kMac,
                            .lower = 2,
                            .vlan = 100,
                            .vlan_protocol = 0x8100};
    CHECK(parse_link(*message) == expected);

    mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 0); // the 2 is of another namespace
    CHECK(parse_link(*message)->lower == 0);
}

TEST_CASE("a neighbour that answers is asked alone") {
    using Turn = Check::Turn;
    Check check;
    Check::Clock::time_point now{};
    CHECK(check.next(now, 1h) == Turn::AskOwner); // nobody has been asked yet
    for (int i = 0; i < 10; ++i) {
        now += 250ms;
        CHECK(check.next(now, i % 2 == 0 ? 0ms : 260ms) == Turn::AskOwner);
    }
}

TEST_CASE("a neighbour that does not answer: everybody is asked, then the kernel starts over") {
    using Turn = Check::Turn;
    Check check;
    Check::Clock::time_point now{};
    check.next(now, 100ms);
    CHECK(check.next(now += 250ms, 350ms) == Turn::AskEverybody);
    SECTION("an answer ends it") {
        CHECK(check.next(now += 250ms, 240ms) == Turn::AskOwner);
        CHECK(check.next(now += 250ms, 490ms) == Turn::AskEverybody);
    }
    SECTION("once") {
        CHECK(check.next(now += 250ms, 600ms) == Turn::StartOver);
        CHECK(check.next(now += 250ms, 850ms) == Turn::AskEverybody);
        CHECK(check.next(now += 250ms, 1100ms) == Turn::AskEverybody);
        CHECK(check.next(now += 250ms, 10ms) == Turn::AskOwner);
    }
}

TEST_CASE("an ARP request to one owner") {
    const std::vector<std::uint8_t> expected = {
        2, 0, 0, 0, 0, 0x11, 2,   0,  0,   0, 0, 0x22, 8, 6, // Ethernet
        0, 1, 8, 0, 6, 4,    0,   1,                         // request
        2, 0, 0, 0, 0, 0x22, 0,   0,  0,   0,                // sender: has no address
        0, 0, 0, 0, 0, 0,    198, 51, 100, 11};              // target
    CHECK(arp_request({{2, 0, 0, 0, 0, 0x22}, Address{}}, kMac, kServer) == expected);
}

TEST_CASE("neighbour solicitations") {
    const FrameSender from{{2, 0, 0, 0, 0, 0x22}, *Address::parse("2001:db8::1")};
    const auto all = neighbour_solicitation(from, nullptr, *Address::parse("2001:db8::c0ff:ee0b"));
    CHECK(std::vector(all.begin(), all.begin() + 6) ==
          std::vector<std::uint8_t>{0x33, 0x33, 0xff, 0xff, 0xee, 0x0b});
    CHECK(std::vector(all.begin() + 38, all.begin() + 54) ==
          std::vector<std::uint8_t>{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xee, 0x0b});
    const auto one = neighbour_solicitation(from, &kMac, kServer6);
    CHECK(std::equal(kMac.begin(), kMac.end(), one.begin()));
    CHECK(std::equal(kServer6.bytes().begin(), kServer6.bytes().end(), one.begin() + 38));
    for (const auto &frame : {all, one}) {
        REQUIRE(frame.size() == 14 + 40 + 32);
        CHECK(frame[14 + 7] == 255);
        CHECK(frame[54] == 135);
        CHECK(icmpv6_sum(frame) == 0xffff);
    }
}

TEST_CASE("the ARP announcement of an address") {
    const std::vector<std::uint8_t> expected = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,   0,  0,   0,  0, 0x11, 8, 6, // Ethernet
        0,    1,    8,    0,    6,    4,    0,   1,                          // request
        2,    0,    0,    0,    0,    0x11, 198, 51, 100, 11,                // sender
        0,    0,    0,    0,    0,    0,    198, 51, 100, 11};               // target
    CHECK(announcement(kServer, kMac) == expected);
}

TEST_CASE("the neighbour advertisement of an address has a good checksum") {
    const auto frame = announcement(kServer6, kMac);
    REQUIRE(frame.size() == 14 + 40 + 32);
    CHECK(frame[14 + 7] == 255); // hop limit
    CHECK(frame[54] == 136);
    CHECK(frame[58] == 0x20);
    CHECK(icmpv6_sum(frame) == 0xffff);
}

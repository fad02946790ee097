// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/own_links.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;

namespace {

LinkInfo link(std::uint32_t ifindex, const std::string &name, const std::string &kind = "") {
    LinkInfo link;
    link.ifindex = ifindex;
    link.name = name;
    link.kind = kind;
    link.ethernet = true;
    link.up = true;
    link.mac = {2, 0, 0, 0, 0, static_cast<std::uint8_t>(ifindex)};
    return link;
}

} // namespace

TEST_CASE("interfaces that are not Ethernet have no frames") {
    auto loopback = link(1, "lo");
    loopback.ethernet = false;
    const auto own = own_links({loopback, link(2, "eth0")}, {"lo", "eth0"});
    REQUIRE(own.size() == 1);
    CHECK(own[0] ==
          OwnLink{.ifindex = 2, .name = "eth0", .mac = {2, 0, 0, 0, 0, 2}, .addressed = true});
}

TEST_CASE("between programs of one machine checksums are made later") {
    for (const auto *kind : {"veth", "tun", "bridge", "macvlan"}) {
        CHECK(own_links({link(2, "x", kind)}, {})[0].sums_later);
    }
    for (const auto *kind : {"", "bond", "team"}) {
        CHECK_FALSE(own_links({link(2, "x", kind)}, {})[0].sums_later);
    }
    CHECK(own_links({link(2, "eth0")}, {}, {"eth0"})[0].sums_later); // virtio, for example
}

TEST_CASE(
    "a VLAN's checksums are made where those of the interface below are, a bond's by its ports") {
    auto vlan = link(3, "x.100", "vlan");
    vlan.lower = 2;
    CHECK_FALSE(own_links({vlan, link(2, "x")}, {})[0].sums_later);
    CHECK(own_links({vlan, link(2, "x", "veth")}, {})[0].sums_later);
    auto port = link(4, "p", "veth");
    port.master = 5;
    auto on_bond = link(6, "bond0.7", "vlan");
    on_bond.lower = 5;
    for (const auto &own : own_links({on_bond, link(5, "bond0", "bond"), port}, {})) {
        CHECK(own.sums_later);
    }
    vlan.lower = 0; // in another network namespace
    CHECK(own_links({vlan}, {})[0].sums_later);
}

TEST_CASE("an address on an interface that is down is none") {
    auto vrrp = link(3, "vrrp", "macvlan");
    vrrp.lower = 2;
    CHECK(own_links({vrrp}, {"vrrp"})[0].addressed);
    CHECK(own_links({vrrp}, {"vrrp"})[0].macvlan);
    CHECK_FALSE(own_links({vrrp}, {})[0].addressed);
    vrrp.up = false;
    CHECK_FALSE(own_links({vrrp}, {"vrrp"})[0].addressed);
}

TEST_CASE("what an interface is a port of: bridge, bond, or something without a MAC to send to") {
    const std::vector<std::string> kinds = {"bridge", "bond", "team", "vrf", "openvswitch"};
    for (const auto &kind : kinds) {
        INFO(kind);
        auto port = link(2, "eth0");
        port.master = 9;
        const auto own = own_links({port, link(9, "master", kind)}, {});
        CHECK(own[0].bridge == (kind == "bridge" ? 9 : 0));
        CHECK(own[0].bond == (kind == "bond" || kind == "team" ? 9 : 0));
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/admission.hpp"
#include "plan_world.hpp"

#include <bit>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;

namespace {

MacAddress mac(std::uint8_t last) {
    return {2, 0, 0, 0, 0, last};
}

constexpr MacAddress kVrrpMac = {0, 0, 0x5e, 0, 1, 7};

/// A NIC "eth<n>", number and last byte of its MAC n.
OwnLink nic(std::uint8_t n) {
    return {.ifindex = n, .name = "eth" + std::to_string(n), .mac = mac(n), .addressed = true};
}

OwnLink on(const OwnLink &lower, const std::string &name, std::uint32_t ifindex,
           const MacAddress &mac) {
    return {.ifindex = ifindex, .name = name, .mac = mac, .lower = lower.ifindex};
}

config::Config with_program_on(const std::string &name) {
    config::Config config;
    config.interfaces.resize(1);
    config.interfaces[0].name = name;
    return config;
}

LinkKey key(std::uint32_t ifindex, std::uint16_t vlan, const MacAddress &mac) {
    ss_link_key key{};
    key.ifindex = ifindex;
    key.vlan = vlan;
    std::copy(mac.begin(), mac.end(), key.mac);
    return std::bit_cast<LinkKey>(key);
}

LinkKey in_vlan(std::uint32_t ifindex, std::uint16_t vlan) {
    return key(ifindex, vlan | SS_LINK_IN_VLAN, {});
}

} // namespace

TEST_CASE("an interface whose frames come before their checksums is marked") {
    auto veth = nic(1);
    veth.sums_later = true;
    CHECK(own_frames(with_program_on("eth1"), {veth, nic(2)}) ==
          LinkKeys{key(1, 0, mac(1)), from_director(mac(1)), key(1, SS_LINK_SUMS_LATER, {})});
}

TEST_CASE("an interface may be told to look at checksums, or not to") {
    using config::Checksums;
    for (const auto &[checksums, trusted] :
         {std::pair(Checksums::Trust, true), std::pair(Checksums::Check, false)}) {
        auto config = with_program_on("eth1");
        config.interfaces[0].checksums = checksums;
        for (const bool later : {false, true}) {
            auto link = nic(1);
            link.sums_later = later;
            CHECK(own_frames(config, {link}).count(key(1, SS_LINK_SUMS_LATER, {})) ==
                  (trusted ? 1 : 0));
        }
    }
}

TEST_CASE("frames of the directors in the configuration are a director's") {
    auto config = with_program_on("eth1");
    config.directors = {{"second", mac(7)}, {"third", mac(8)}};
    CHECK(own_frames(config, {nic(1)}) == LinkKeys{key(1, 0, mac(1)), from_director(mac(1)),
                                                   from_director(mac(7)), from_director(mac(8))});
    CHECK(own_frames(config, {}) == LinkKeys{from_director(mac(7)), from_director(mac(8))});
}

TEST_CASE("an interface with the program takes the frames to its own MAC") {
    CHECK(own_frames(with_program_on("eth1"), {nic(1), nic(2)}) ==
          LinkKeys{key(1, 0, mac(1)), from_director(mac(1))});
    CHECK(own_frames(with_program_on("eth3"), {nic(1)}).empty());
    auto both = with_program_on("eth1");
    both.interfaces.push_back(both.interfaces[0]);
    both.interfaces[1].name = "eth2";
    CHECK(own_frames(both, {nic(1), nic(2)}) == LinkKeys{key(1, 0, mac(1)), from_director(mac(1)),
                                                         key(2, 0, mac(2)), from_director(mac(2))});
}

TEST_CASE("a VLAN interface takes the frames of its VLAN, with the tag and without") {
    auto vlan = on(nic(1), "eth1.100", 5, mac(9));
    vlan.vlan = 100;
    CHECK(own_frames(with_program_on("eth1"), {nic(1), vlan}) ==
          LinkKeys{key(1, 0, mac(1)), key(1, 0, mac(9)), key(1, 100, mac(1)), key(1, 100, mac(9)),
                   in_vlan(1, 100), from_director(mac(1)), from_director(mac(9))});
    // A program on the VLAN interface itself sees no tag.
    CHECK(own_frames(with_program_on("eth1.100"), {nic(1), vlan}) ==
          LinkKeys{key(5, 0, mac(9)), from_director(mac(9))});
}

TEST_CASE("of stacked VLANs the outer one counts") {
    auto outer = on(nic(1), "eth1.100", 5, mac(1));
    outer.vlan = 100;
    auto inner = on(outer, "eth1.100.200", 6, mac(8));
    inner.vlan = 200;
    const auto keys = own_frames(with_program_on("eth1"), {inner, outer, nic(1)});
    CHECK(keys.contains(key(1, 100, mac(8))));
    CHECK_FALSE(keys.contains(key(1, 200, mac(8))));
    CHECK_FALSE(keys.contains(in_vlan(1, 200)));
}

TEST_CASE("a macvlan counts while it has an address") {
    auto vrrp = on(nic(1), "vrrp7", 5, kVrrpMac);
    vrrp.macvlan = true;
    auto config = with_program_on("eth1");
    CHECK_FALSE(own_frames(config, {nic(1), vrrp}).contains(key(1, 0, kVrrpMac)));
    // In reserve, too, what comes from it is the other director's.
    CHECK(own_frames(config, {nic(1), vrrp}).contains(from_director(kVrrpMac)));
    SECTION("of its own") {
        vrrp.addressed = true;
    }
    SECTION("that the daemon is about to give it") {
        config.services = {service("sip", "198.51.100.100", 5060, "p")};
        config.services[0].vip_interface = "vrrp7";
    }
    CHECK(own_frames(config, {nic(1), vrrp}).contains(key(1, 0, kVrrpMac)));
    CHECK_FALSE(
        own_frames(with_program_on("eth2"), {nic(1), nic(2), vrrp}).contains(key(2, 0, kVrrpMac)));
}

TEST_CASE("a macvlan is in the VLAN of what it stands on, or that the configuration names") {
    auto vlan = on(nic(1), "eth1.100", 5, mac(1));
    vlan.vlan = 100;
    auto vrrp = on(vlan, "vrrp7", 6, kVrrpMac);
    vrrp.macvlan = vrrp.addressed = true;
    CHECK(
        own_frames(with_program_on("eth1"), {nic(1), vlan, vrrp}).contains(key(1, 100, kVrrpMac)));
    auto config = with_program_on("eth1");
    config.vlan_tags.resize(1);
    config.vlan_tags[0].name = "tagged";
    config.vlan_tags[0].id = 300;
    auto tagged = on(nic(1), "tagged", 7, mac(1));
    tagged.macvlan = tagged.addressed = true;
    const auto keys = own_frames(config, {nic(1), tagged});
    CHECK(keys.contains(key(1, 300, mac(1))));
    CHECK(keys.contains(in_vlan(1, 300)));
}

TEST_CASE("a bridge over an interface takes frames by it") {
    auto port = nic(1);
    port.bridge = 20;
    const OwnLink bridge{.ifindex = 20, .name = "br0", .mac = mac(20)};
    auto other_port = nic(2);
    other_port.bridge = 20;
    const auto keys = own_frames(with_program_on("eth1"), {port, other_port, bridge});
    CHECK(keys == LinkKeys{key(1, 0, mac(1)), key(1, 0, mac(20)), from_director(mac(1)),
                           from_director(mac(20))});
    // A program on the bridge runs under the bridge's number.
    CHECK(own_frames(with_program_on("br0"), {port, other_port, bridge}) ==
          LinkKeys{key(20, 0, mac(20)), from_director(mac(20))});
}

TEST_CASE("a program on a bond runs on its ports") {
    auto one = nic(1);
    auto two = nic(2);
    one.bond = two.bond = 20;
    const OwnLink bond{.ifindex = 20, .name = "bond0", .mac = mac(20)};
    const auto keys = own_frames(with_program_on("bond0"), {one, two, bond});
    for (const std::uint32_t ifindex : {1U, 2U, 20U}) {
        CHECK(keys.contains(key(ifindex, 0, mac(20))));
    }
    CHECK_FALSE(keys.contains(key(1, 0, mac(1))));
    CHECK(own_frames(with_program_on("eth1"), {one, two, bond}).contains(key(1, 0, mac(20))));
}

TEST_CASE("the plan has the frames of this host, and the MACs that it sends from") {
    World world;
    world.config.interfaces.resize(1);
    world.config.interfaces[0].name = "eth1";
    world.observed.links = {nic(1)};
    CHECK(world.plan().links ==
          LinkKeys{key(1, 0, mac(1)), from_director(mac(1)), from_director({2, 0, 0, 0, 1, 7})});
    const auto before = world.plan();
    world.observed.links[0].mac = mac(5);
    CHECK_FALSE(world.plan() == before);
}

TEST_CASE("more links than the map has room for are refused") {
    World world;
    world.config.interfaces.resize(1);
    world.config.interfaces[0].name = "eth1";
    world.observed.links = {nic(1)};
    for (std::uint32_t i = 0; i < SS_MAX_LINKS / 2; i++) {
        auto macvlan = on(nic(1), "m" + std::to_string(i), 100 + i, {4, 0, 0, 0, 0, 0});
        macvlan.mac[4] = static_cast<std::uint8_t>(i >> 8);
        macvlan.mac[5] = static_cast<std::uint8_t>(i);
        macvlan.macvlan = macvlan.addressed = true;
        world.observed.links.push_back(macvlan);
    }
    const auto made = make_plan(world.config, world.observed, world.indexes);
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find("at most 16384") != std::string::npos);
}

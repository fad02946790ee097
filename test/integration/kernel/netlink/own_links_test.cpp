// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/own_links.hpp"

#include "namespaces.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kSoon = 1s;
const MacAddress kVrrpMac = {0, 0, 0x5e, 0, 1, 7};

/// An OwnLinks that is started, in a namespace with eth0 (02:00:00:00:00:01) that is up.
struct World {
    World() : inside(netns) {
        shell("ip link add eth0 address 02:00:00:00:00:01 type veth peer name other; "
              "ip link set other up; ip link set eth0 up; ip addr add 192.0.2.1/24 dev eth0");
        REQUIRE(own.start());
        run_for(io, 300ms); // what is still to come of that
        changes = 0;
    }

    std::optional<OwnLink> link(const std::string &name) const {
        const auto found = std::find_if(own.links().begin(), own.links().end(),
                                        [&](const auto &one) { return one.name == name; });
        return found == own.links().end() ? std::nullopt : std::optional(*found);
    }

    bool becomes(const std::function<bool()> &condition) { return run_until(io, condition, kSoon); }

    NetworkNamespace netns;
    Inside inside;
    boost::asio::io_context io;
    int changes = 0;
    OwnLinks own{io, [this] { ++changes; }};
};

} // namespace

TEST_CASE("this host's interfaces are known from the start") {
    World world;
    const auto eth0 = world.link("eth0");
    REQUIRE(eth0);
    CHECK(eth0->mac == MacAddress{2, 0, 0, 0, 0, 1});
    CHECK(eth0->addressed);
    CHECK_FALSE(eth0->macvlan);
    REQUIRE(world.link("other"));
    CHECK_FALSE(world.link("other")->addressed); // but for IPv6's link-local address
    CHECK_FALSE(world.link("lo"));
}

TEST_CASE("addresses that nobody else sends from: this host's, and the broadcast of a network") {
    World world;
    shell("ip addr add 198.51.100.4/31 dev eth0; ip addr add 203.0.113.7/32 dev eth0; "
          "ip addr add 10.1.2.3/22 dev eth0; ip addr add 2001:db8::1/64 dev eth0 nodad");
    const auto has = [&](const char *text) {
        const auto &known = world.own.addresses();
        return std::count(known.begin(), known.end(), *Address::parse(text)) == 1;
    };
    CHECK(world.becomes([&] { return has("2001:db8::1") && has("10.1.2.3"); }));
    CHECK(has("192.0.2.255"));
    CHECK(has("10.1.3.255"));
    CHECK_FALSE(has("198.51.100.5")); // RFC 3021: both are hosts
    CHECK_FALSE(has("255.255.255.255"));
}

TEST_CASE("another MAC is noticed, and the end of an interface") {
    World world;
    shell("ip link set eth0 address 02:00:00:00:00:02");
    CHECK(world.becomes([&] { return world.link("eth0")->mac[5] == 2; }));
    CHECK(world.changes >= 1);
    shell("ip link del eth0");
    CHECK(world.becomes([&] { return !world.link("eth0"); }));
}

TEST_CASE("a VRRP daemon's interface comes, takes over and goes into reserve") {
    World world;
    if (!shell_says("ip link add link eth0 name vrrp7 address 00:00:5e:00:01:07 type macvlan "
                    "mode private")) {
        WARN("skipped: this kernel has no macvlan");
        return;
    }
    shell("ip link set vrrp7 up");
    CHECK(world.becomes([&] { return world.link("vrrp7").has_value(); }));
    run_for(world.io, 200ms);
    CHECK(world.link("vrrp7")->mac == kVrrpMac);
    CHECK(world.link("vrrp7")->macvlan);
    CHECK(world.link("vrrp7")->lower == world.link("eth0")->ifindex);
    CHECK_FALSE(world.link("vrrp7")->addressed);
    shell("ip addr add 198.51.100.100/32 dev vrrp7");
    CHECK(world.becomes([&] { return world.link("vrrp7")->addressed; }));
    shell("ip addr del 198.51.100.100/32 dev vrrp7");
    CHECK(world.becomes([&] { return !world.link("vrrp7")->addressed; }));
    // Another daemon keeps the address and takes the interface down.
    shell("ip addr add 198.51.100.100/32 dev vrrp7");
    CHECK(world.becomes([&] { return world.link("vrrp7")->addressed; }));
    shell("ip link set vrrp7 down");
    CHECK(world.becomes([&] { return !world.link("vrrp7")->addressed; }));
}

TEST_CASE("a bridge's port is known as such") {
    World world;
    if (!shell_says("ip link add br0 type bridge")) {
        WARN("skipped: this kernel has no bridge");
        return;
    }
    shell("ip link set eth0 master br0");
    CHECK(world.becomes([&] {
        return world.link("br0") && world.link("eth0")->bridge == world.link("br0")->ifindex;
    }));
}

TEST_CASE("many interfaces are read whole") {
    World world;
    shell("for i in $(seq 100); do ip link add v$i type veth peer name w$i; done");
    CHECK(world.becomes([&] { return world.link("v100") && world.link("w100"); }));
    CHECK(world.own.links().size() == 202);
}

// SPDX-License-Identifier: Apache-2.0
//
// By which interface and next hop a server is reached.
#include "neighbour_watch.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::test;

TEST_CASE("routes: none, a router, an own address; and their changes") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("198.51.100.7"), address("2001:db8:1::7"), address("192.0.2.1"),
                            address("2001:db8::1"), address("192.0.2.11")});
    CHECK(watch.hop("198.51.100.7").problem == "no route");
    CHECK(watch.hop("2001:db8:1::7").problem == "no route");
    for (const char *own : {"192.0.2.1", "2001:db8::1"}) {
        CHECK(watch.hop(own).resolved);
        CHECK(watch.hop(own).local);
    }

    const std::string reached = "behind router ";
    const std::string needs = "; the server, or its next_hop, must be on a segment of the director";
    shell("ip route add default via 192.0.2.11");
    shell("ip route add default via 2001:db8::b");
    CHECK(watch.fails("198.51.100.7", reached + "192.0.2.11" + needs, 60s));
    CHECK(watch.fails("2001:db8:1::7", reached + "2001:db8::b" + needs, 60s));

    segment.on_server("ip address add 198.51.100.7/32 dev eth0");
    shell("ip route add 198.51.100.0/24 dev eth0");
    CHECK(watch.resolves("198.51.100.7"));
    shell("ip route add blackhole 198.51.100.7/32");
    CHECK(run_until(
        watch.io, [&] { return watch.hop("198.51.100.7").problem.starts_with("no route"); }, 60s));
}

TEST_CASE("the router before an address that may have one is the next hop, and is followed") {
    Segment segment;
    Watch watch;
    shell("ip route add 198.51.100.0/24 via 192.0.2.11");
    segment.on_server("ip address add 192.0.2.77/24 dev eth0");
    const std::set<Address> far{address("198.51.100.7"), address("198.51.100.8")};
    watch.neighbours.watch(far, {address("198.51.100.7")});
    REQUIRE(watch.resolves("198.51.100.7"));
    CHECK(watch.hop("198.51.100.7").mac == kServerMac);
    CHECK(watch.hop("198.51.100.7").router == address("192.0.2.11"));
    CHECK_FALSE(watch.hop("198.51.100.8").resolved); // that one is to be on a segment

    shell("ip route replace 198.51.100.0/24 via 192.0.2.77"); // a route that changes
    CHECK(run_until(
        watch.io,
        [&] {
            const auto &hop = watch.hop("198.51.100.7");
            return hop.resolved && hop.router == address("192.0.2.77");
        },
        60s));
    segment.on_server("ip link set eth0 address 02:00:00:00:00:22"); // a router that changes
    CHECK(watch.moves_to("198.51.100.7", kOtherMac, 60s));
    shell("ip route add blackhole 198.51.100.7/32");
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("198.51.100.7").own_trouble.empty(); }, 60s));
}

TEST_CASE("an address that comes to this host and leaves it again") {
    Segment segment;
    Watch watch;
    segment.on_server("ip address add 192.0.2.77/32 dev eth0");
    watch.neighbours.watch({address("192.0.2.77")});
    REQUIRE(watch.resolves("192.0.2.77"));
    CHECK_FALSE(watch.hop("192.0.2.77").local);

    shell("ip address add 192.0.2.77/32 dev eth0");
    CHECK(run_until(
        watch.io, [&] { return watch.hop("192.0.2.77").local; }, 60s));
    CHECK(watch.hop("192.0.2.77").own_trouble.empty());
    shell("ip address del 192.0.2.77/32 dev eth0");
    CHECK(run_until(
        watch.io,
        [&] {
            const auto &hop = watch.hop("192.0.2.77");
            return hop.resolved && !hop.local && hop.mac == kServerMac;
        },
        60s));
    CHECK(watch.hop("192.0.2.77").own_trouble.empty());
}

TEST_CASE("a bridge is refused") {
    Segment segment;
    shell("ip link add name br0 type bridge && ip link set br0 up && ip link set eth0 master br0");
    shell("ip address flush dev eth0 && ip address add 192.0.2.1/24 dev br0");
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    CHECK(watch.fails("192.0.2.11", "interface br0 is a bridge, which is not supported", 60s));
}

TEST_CASE("a VLAN interface resolves to its parent and its id") {
    Segment segment;
    if (!shell_says("ip link add link eth0 name eth0.100 type vlan id 100 2>/dev/null")) {
        WARN("this kernel has no VLAN devices");
        return;
    }
    segment.on_server("ip link add link eth0 name eth0.100 type vlan id 100");
    segment.on_server("ip link set eth0.100 up; ip address add 203.0.113.11/24 dev eth0.100");
    shell("ip link set eth0.100 address 02:00:00:00:00:03 up");
    shell("ip address add 203.0.113.1/24 dev eth0.100");
    Watch watch;
    watch.neighbours.watch({address("203.0.113.11")});
    REQUIRE(watch.resolves("203.0.113.11"));
    const auto hop = watch.hop("203.0.113.11");
    CHECK(hop.ifindex == find_link("eth0")->ifindex);
    CHECK(hop.vlan == 100);
    CHECK(hop.mac == kServerMac);
    CHECK(hop.source_mac == MacAddress{2, 0, 0, 0, 0, 3});
}

TEST_CASE("a macvlan interface resolves to its parent, with the tag it is said to have") {
    Segment segment;
    shell("ip link add link eth0 name sip address 02:00:00:00:00:03 type macvlan mode bridge");
    shell("ip link set sip up && ip address flush dev eth0 && ip address add 192.0.2.2/24 dev sip");
    Watch watch;
    watch.neighbours.set_vlan_tags({{"sip", 100}});
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    const auto hop = watch.hop("192.0.2.11");
    CHECK(hop.ifindex == find_link("eth0")->ifindex);
    CHECK(hop.vlan == 100);
    CHECK(hop.mac == kServerMac);
    CHECK(hop.source_mac == MacAddress{2, 0, 0, 0, 0, 3});
}

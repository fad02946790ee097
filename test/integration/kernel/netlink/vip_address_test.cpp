// SPDX-License-Identifier: Apache-2.0
//
// Interfaces by name, and VIPs on them.
#include "kernel/netlink/announce.hpp"
#include "kernel/netlink/host_addresses.hpp"
#include "kernel/netlink/link.hpp"
#include "kernel/netlink/vip_address.hpp"
#include "namespaces.hpp"
#include "neighbour_watch.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <catch2/catch.hpp>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace sipsteer;
using namespace sipsteer::test;

TEST_CASE("interfaces by name") {
    Segment segment;
    const auto eth0 = find_link("eth0");
    REQUIRE(eth0);
    CHECK(eth0->name == "eth0");
    CHECK(eth0->kind == "veth");
    CHECK(eth0->mac == kDirectorMac);
    CHECK(eth0->mtu == 1500);
    CHECK(eth0->up);
    CHECK(eth0->ethernet);
    CHECK(eth0->lower == 0);
    CHECK_FALSE(find_link("lo")->ethernet);
    const auto none = find_link("eth7");
    REQUIRE_FALSE(none);
    CHECK(none.error().message == "interface eth7: No such device");
    CHECK_FALSE(find_link("a-name-longer-than-any-interface"));
    CHECK_FALSE(find_link(""));
}

TEST_CASE("a VIP is put on an interface, announced, and taken away") {
    const bool ipv4 = GENERATE(true, false);
    const std::string vip = ipv4 ? "192.0.2.100" : "2001:db8::100";
    Segment segment;
    set_sysctl("ipv6/conf/eth0/accept_dad", "1");
    // The server remembers another director.
    segment.on_server("ip neighbour add " + vip + " lladdr 02:00:00:00:00:22 dev eth0 nud stale");

    const auto added = add_address(*find_link("eth0"), address(vip));
    REQUIRE(added);
    CHECK(*added);
    CHECK(shell_says("ip address show dev eth0 | grep -q '" + vip + (ipv4 ? "/32" : "/128") + "'"));
    CHECK_FALSE(shell_says("ip address show dev eth0 | grep -q tentative"));
    segment.on_server("for i in $(seq 20); do ip neighbour show " + vip +
                      " | grep -q 02:00:00:00:00:01 && exit 0; sleep 0.05; done; exit 1");
    segment.on_server("ip neighbour del " + vip + " dev eth0");
    {
        const Inside inside(segment.server());
        Watch watch;
        watch.neighbours.watch({address(vip)});
        REQUIRE(watch.resolves(vip)); // the director's kernel answers
        CHECK(watch.hop(vip).mac == kDirectorMac);
    }

    const auto again = add_address(*find_link("eth0"), address(vip));
    REQUIRE(again);
    CHECK_FALSE(*again);

    CHECK(remove_address(find_link("eth0")->ifindex, address(vip)));
    CHECK_FALSE(shell_says("ip address show dev eth0 | grep -q '" + vip + "'"));
    CHECK(shell_says("ip address show dev eth0 | grep -q '" +
                     std::string(ipv4 ? "192.0.2.1/24" : "2001:db8::1/64") + "'"));
    CHECK(remove_address(find_link("eth0")->ifindex, address(vip)));
}

TEST_CASE("the director does not take the VIP as the source of what it sends") {
    const bool ipv4 = GENERATE(true, false);
    Segment segment;
    // A VIP that is nearer to the server than the director's own address.
    REQUIRE(add_address(*find_link("eth0"), address(ipv4 ? "192.0.2.10" : "2001:db8::a")));
    asio::io_context io;
    const asio::ip::udp::endpoint server(
        asio::ip::make_address(ipv4 ? "192.0.2.11" : "2001:db8::b"), 5060);
    asio::ip::udp::socket socket(io, server.protocol());
    socket.connect(server);
    CHECK(socket.local_endpoint().address().to_string() == (ipv4 ? "192.0.2.1" : "2001:db8::1"));
}

TEST_CASE("a VIP on an interface that is down or missing") {
    Segment segment;
    LinkInfo gone;
    gone.ifindex = 1000000;
    gone.name = "eth7";
    const auto missing = add_address(gone, address("192.0.2.100"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message ==
          "cannot put address 192.0.2.100 on interface eth7: No such device");
    CHECK(remove_address(gone.ifindex, address("192.0.2.100")));
    shell("ip link set eth0 down");
    const auto added = add_address(*find_link("eth0"), address("192.0.2.100"));
    REQUIRE(added);
    CHECK(*added);
    const auto addresses = find_addresses();
    REQUIRE(addresses);
    const HostAddress expected{find_link("eth0")->ifindex, address("192.0.2.100")};
    CHECK(std::count(addresses->begin(), addresses->end(), expected) == 1);
}

// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/announce.hpp"
#include "kernel/netlink/link.hpp"
#include "neighbour_watch.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>

using namespace sipsteer;
using namespace sipsteer::test;

namespace {

struct FrameCount {
    unsigned matching = 0; // to that MAC
    unsigned others = 0;
};

/// ARP, or a neighbour solicitation: other IPv6 frames are sent at all times.
bool asks(const std::array<std::uint8_t, 2048> &frame) {
    const bool arp = frame[12] == 0x08 && frame[13] == 0x06;
    return arp || (frame[20] == IPPROTO_ICMPV6 && frame[54] == 135);
}

/// What has arrived at a capture (Segment::capture), by destination.
FrameCount count_frames(const Fd &capture, const MacAddress &to) {
    FrameCount count;
    std::array<std::uint8_t, 2048> frame;
    while (::recv(capture.get(), frame.data(), frame.size(), MSG_DONTWAIT) > 0) {
        if (asks(frame)) {
            (std::equal(to.begin(), to.end(), frame.begin()) ? count.matching : count.others)++;
        }
    }
    return count;
}

/// The server's eth0 gets another MAC and says so, as bonding or VRRP do.
void move_server(const Segment &segment, const std::string &server) {
    const Inside inside(segment.server());
    shell("ip link set eth0 address 02:00:00:00:00:22");
    REQUIRE(announce_address(*find_link("eth0"), address(server)));
}

/// Notices lost by any netlink socket of the thread's namespace.
unsigned long netlink_drops() {
    std::ifstream file("/proc/thread-self/net/netlink");
    std::string line;
    std::getline(file, line); // headings
    unsigned long drops = 0;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string word;
        for (int column = 0; column < 9 && words >> word; ++column) {
        }
        drops += std::stoul(word);
    }
    return drops;
}

} // namespace

TEST_CASE("a server is found by ARP or ND") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    const auto hop = watch.hop(server);
    CHECK(hop.ifindex == find_link("eth0")->ifindex);
    CHECK(hop.vlan == 0);
    CHECK(hop.mac == kServerMac);
    CHECK(hop.source_mac == kDirectorMac);
    CHECK(hop.problem.empty());
    CHECK(watch.changes == 1);

    // What the kernel knows by now is there without waiting.
    Watch second;
    second.neighbours.watch({address(server)});
    CHECK(second.hop(server) == hop);
    CHECK(second.changes == 0);
}

TEST_CASE("a new MAC is followed within a second") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    move_server(segment, server);
    CHECK(watch.moves_to(server, kOtherMac, 10s));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("a new MAC that nobody announces is followed within a second") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Segment segment;
    segment.stay_silent();
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    run_for(watch.io, 1500ms); // an entry that is fresh keeps its MAC for a second (locktime)
    const auto changes = watch.changes;
    run_for(watch.io, 1s);
    CHECK(watch.changes == changes); // being asked all the time is no change
    segment.on_server("ip link set eth0 address 02:00:00:00:00:22");
    CHECK(watch.moves_to(server, kOtherMac, 10s));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("a new MAC after a silence is followed within a second of its first answer") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.11" : "2001:db8::b";
    const std::string with_prefix = server + (ipv4 ? "/24 dev eth0" : "/64 dev eth0 nodad");
    Segment segment;
    segment.stay_silent();
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    run_for(watch.io, 1500ms);
    segment.on_server("ip address flush dev eth0 scope global");
    run_for(watch.io, std::chrono::milliseconds(GENERATE(300, 900, 2000)));
    CHECK_FALSE(watch.ever_unresolved);
    segment.on_server("ip link set eth0 address 02:00:00:00:00:22; ip address add " + with_prefix);
    CHECK(watch.moves_to(server, kOtherMac, 10s));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("what is resolved is asked by unicast, not by broadcast") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.11" : "2001:db8::b";
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    run_for(watch.io, 500ms);
    const Fd capture = segment.capture(ipv4 ? ETH_P_ARP : ETH_P_IPV6);
    run_for(watch.io, 2s);
    const auto to_owner = count_frames(capture, kServerMac);
    CHECK(to_owner.matching >= 8);
    CHECK(to_owner.matching <= 10);
    CHECK(to_owner.others == 0);
}

TEST_CASE("a silent server is asked for until it answers") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.12" : "2001:db8::c";
    const std::string problem = ipv4 ? "no ARP answer" : "no ND answer";
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    CHECK(watch.hop(server).problem == problem + " yet"); // nobody has been asked
    CHECK(watch.hop(server).pending);
    CHECK_FALSE(watch.hop(server).failed);
    CHECK(watch.fails(server, problem, 60s)); // the kernel gives up after 3
    CHECK_FALSE(watch.hop(server).pending);
    CHECK(watch.hop(server).failed);
    CHECK(watch.changes == 1);
    run_for(watch.io, 4s); // asking again is no news
    CHECK(watch.changes == 1);
    segment.on_server("ip address add " + server + (ipv4 ? "/24 dev eth0" : "/64 dev eth0 nodad"));
    CHECK(watch.resolves(server, 60s));
    CHECK_FALSE(watch.hop(server).failed);
}

TEST_CASE("a server that has gone is told of by itself, and its return") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.11" : "2001:db8::b";
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    run_for(watch.io, 500ms);
    segment.on_server("ip address flush dev eth0 scope global");
    // Two turns and the kernel's three seconds.
    REQUIRE(watch.fails(server, ipv4 ? "no ARP answer" : "no ND answer", 4200ms));
    CHECK(watch.hop(server).failed);
    const auto changes = watch.changes;
    run_for(watch.io, 3s);
    CHECK(watch.changes == changes); // no flapping while it is being asked for
    segment.on_server("ip address add " + server + (ipv4 ? "/24 dev eth0" : "/64 dev eth0 nodad"));
    CHECK(watch.resolves(server, 60s));
}

TEST_CASE("a server whose entry the kernel marks as failed is told of at once") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.11" : "2001:db8::b";
    Segment segment;
    Watch watch({.check = 1h});
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    segment.on_server("ip address flush dev eth0 scope global");
    shell("ip neighbour change " + server + " dev eth0 nud probe"); // as if it had been in use
    CHECK(watch.fails(server, ipv4 ? "no ARP answer" : "no ND answer", 3500ms));
    CHECK(watch.hop(server).failed);
}

TEST_CASE("an entry dropped by the kernel or an administrator does not take the server away") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    for (int i = 0; i < 5; ++i) {
        shell("ip neighbour flush dev eth0");
        run_for(watch.io, 100ms);
    }
    CHECK_FALSE(watch.ever_unresolved);
    CHECK(shell_says("ip neighbour show 192.0.2.11 | grep -q 02:00:00:00:00:11")); // asked again
}

TEST_CASE("an entry that is dropped and does not come back does") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    segment.on_server("ip address flush dev eth0");
    shell("ip neighbour flush dev eth0");
    CHECK(watch.fails("192.0.2.11", "no ARP answer", 60s));
}

TEST_CASE("an entry that is dropped again and again does, too") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    segment.on_server("ip address flush dev eth0");
    for (int i = 0; i < 12; ++i) { // so often that the kernel never comes to mark it as failed
        static_cast<void>(shell_says("ip neighbour delete 192.0.2.11 dev eth0 2>/dev/null"));
        run_for(watch.io, 500ms);
    }
    CHECK_FALSE(watch.hop("192.0.2.11").resolved);
}

TEST_CASE("a permanent entry is used and stays permanent") {
    Segment segment;
    shell("ip neighbour add 192.0.2.12 lladdr 02:00:00:00:00:22 dev eth0 nud permanent");
    Watch watch({.retry = 50ms, .check = 50ms});
    watch.neighbours.watch({address("192.0.2.12")});
    CHECK(watch.hop("192.0.2.12").mac == kOtherMac);
    run_for(watch.io, 500ms);
    CHECK(watch.hop("192.0.2.12").resolved);
    CHECK(shell_says("ip neighbour show 192.0.2.12 | grep -q PERMANENT"));
}

TEST_CASE("carrier lost and back") {
    Segment segment;
    Watch watch({.hold = 60s});
    watch.neighbours.watch({address("192.0.2.11"), address("2001:db8::b")});
    REQUIRE(watch.resolves("192.0.2.11"));
    REQUIRE(watch.resolves("2001:db8::b"));
    segment.on_server("ip link set eth0 down");
    // It is this host's own trouble: the next hops stand. IPv6 routes go with the carrier.
    CHECK(run_until(
        watch.io, [&] { return watch.hop("192.0.2.11").own_trouble == "interface eth0 is down"; },
        60s));
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("2001:db8::b").own_trouble.empty(); }, 60s));
    run_for(watch.io, 500ms);
    CHECK(watch.hop("192.0.2.11").resolved);
    CHECK(watch.hop("2001:db8::b").resolved);
    // The address first: it has gone with the carrier, and the next hop does not stand for long.
    segment.on_server("ip address replace 2001:db8::b/64 dev eth0 nodad; ip link set eth0 up");
    CHECK(run_until(
        watch.io,
        [&] {
            return watch.hop("192.0.2.11").own_trouble.empty() &&
                   watch.hop("2001:db8::b").own_trouble.empty();
        },
        60s));
    CHECK(watch.resolves("192.0.2.11"));
    CHECK(watch.resolves("2001:db8::b"));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("a server that answers late after the carrier is back keeps its next hop") {
    Segment segment;
    Watch watch({.hold = 60s});
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    segment.on_server("ip link set eth0 down; ip address flush dev eth0 scope global");
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("192.0.2.11").own_trouble.empty(); }, 60s));
    segment.on_server("ip link set eth0 up");
    // The kernel asks for three seconds.
    CHECK(run_until(
        watch.io, [] { return shell_says("ip neighbour show 192.0.2.11 | grep -q FAILED"); }, 60s));
    run_for(watch.io, 500ms);
    CHECK(watch.hop("192.0.2.11").resolved);
    segment.on_server("ip address add 192.0.2.11/24 dev eth0");
    CHECK(run_until(
        watch.io, [] { return shell_says("ip neighbour show 192.0.2.11 | grep -q lladdr"); }, 60s));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("next hops do not stand for ever while others are well") {
    Segment segment;
    Watch watch({.retry = 50ms, .check = 50ms, .own_trouble = 200ms});
    segment.on_server("ip address add 198.51.100.7/32 dev eth0");
    shell("ip route add 198.51.100.7 dev eth0");
    watch.neighbours.watch({address("192.0.2.11"), address("198.51.100.7")});
    REQUIRE(watch.resolves("192.0.2.11"));
    REQUIRE(watch.resolves("198.51.100.7"));
    shell("ip route del 198.51.100.7 dev eth0");
    CHECK(watch.fails("198.51.100.7", "no route", 60s));
    CHECK(watch.hop("192.0.2.11").resolved);
    shell("ip route add 198.51.100.7 dev eth0");
    CHECK(watch.resolves("198.51.100.7"));
    CHECK(watch.hop("198.51.100.7").own_trouble.empty());
}

TEST_CASE("the director's interface switched off and on") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    shell("ip link set eth0 down");
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("192.0.2.11").own_trouble.empty(); }, 60s));
    shell("ip link set eth0 up");
    CHECK(run_until(
        watch.io, [&] { return watch.hop("192.0.2.11").own_trouble.empty(); }, 60s));
    CHECK(watch.resolves("192.0.2.11"));
}

TEST_CASE("the director's own MAC is followed") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    shell("ip link set eth0 address 02:00:00:00:00:02");
    CHECK(run_until(
        watch.io,
        [&] {
            return watch.hop("192.0.2.11").resolved &&
                   watch.hop("192.0.2.11").source_mac == MacAddress{2, 0, 0, 0, 0, 2};
        },
        60s));
}

TEST_CASE("lost notices are made good") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    // The loop does not run meanwhile.
    shell("for i in $(seq 4000); do "
          "echo neighbour replace 192.0.2.99 lladdr 02:00:00:00:$((i % 90 + 10)):99 dev eth0; "
          "done | ip -batch -");
    move_server(segment, "192.0.2.11");
    REQUIRE(netlink_drops() > 0);
    CHECK(watch.moves_to("192.0.2.11", kOtherMac, 10s));
}

TEST_CASE("what happens to others is no change") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    const auto changes = watch.changes;
    shell("ip neighbour replace 192.0.2.99 lladdr 02:00:00:00:00:99 dev eth0");
    shell("ip route add 203.0.113.0/24 dev eth0; ip address add 203.0.113.1/32 dev eth0");
    run_for(watch.io, 300ms);
    CHECK(watch.changes == changes);
}

TEST_CASE("addresses come and go") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    watch.neighbours.watch({address("192.0.2.11"), address("2001:db8::b")});
    CHECK(watch.hop("192.0.2.11").resolved);
    REQUIRE(watch.resolves("2001:db8::b"));
    watch.neighbours.watch({address("2001:db8::b")});
    CHECK(watch.neighbours.next_hops().size() == 1);
    CHECK(watch.hop("2001:db8::b").resolved);
}

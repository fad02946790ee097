// SPDX-License-Identifier: Apache-2.0
#include "namespaces.hpp"
#include "neighbours/announce.hpp"
#include "neighbours/link.hpp"
#include "neighbours/neighbours.hpp"
#include "neighbours/vip_address.hpp"

#include <boost/asio/ip/udp.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

const MacAddress kDirectorMac = {2, 0, 0, 0, 0, 0x01};
const MacAddress kServerMac = {2, 0, 0, 0, 0, 0x11};
const MacAddress kOtherMac = {2, 0, 0, 0, 0, 0x22};

Address address(const std::string &text) {
    return *Address::parse(text);
}

/// A Neighbours that is started, and a count of its changes.
struct Watch {
    explicit Watch(NeighbourTimes times = {})
        : neighbours(
              io, [this] { on_change(); }, times) {
        REQUIRE(neighbours.start());
    }

    void on_change() {
        ++changes;
        for (const auto &[server, hop] : neighbours.next_hops()) {
            ever_unresolved |= !hop.resolved;
        }
    }

    const NextHop &hop(const std::string &server) {
        return neighbours.next_hops().at(address(server));
    }

    bool resolves(const std::string &server, std::chrono::milliseconds limit = 5s) {
        return run_until(
            io, [&] { return hop(server).resolved; }, limit);
    }

    bool fails(const std::string &server, const std::string &problem,
               std::chrono::milliseconds limit = 5s) {
        return run_until(
            io, [&] { return !hop(server).resolved && hop(server).problem == problem; }, limit);
    }

    bool moves_to(const std::string &server, const MacAddress &mac,
                  std::chrono::milliseconds limit) {
        return run_until(
            io, [&] { return hop(server).resolved && hop(server).mac == mac; }, limit);
    }

    asio::io_context io;
    Neighbours neighbours;
    unsigned changes = 0;
    bool ever_unresolved = false;
};

/// Makes the kernel give up on silent neighbours within a second or so.
void make_impatient(const std::string &family) {
    const std::string base = family + "/neigh/eth0/";
    set_sysctl(base + "delay_first_probe_time", "1");
    set_sysctl(base + "base_reachable_time_ms", "300");
    set_sysctl(base + "retrans_time_ms", "200");
    set_sysctl(base + "ucast_solicit", "1");
    set_sysctl(base + "mcast_solicit", "1");
}

/// As a probe would: the kernel has to confirm the neighbour.
void send_datagram(asio::io_context &io, const std::string &to) {
    const asio::ip::udp::endpoint server(asio::ip::make_address(to), 9);
    asio::ip::udp::socket socket(io, server.protocol());
    socket.send_to(asio::buffer("x", 1), server);
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
    CHECK(watch.moves_to(server, kOtherMac, 1s));
    CHECK_FALSE(watch.ever_unresolved);
}

TEST_CASE("a new MAC that nobody announces is found by confirming stale entries") {
    const std::string family = GENERATE("ipv4", "ipv6");
    const std::string server = family == "ipv4" ? "192.0.2.11" : "2001:db8::b";
    Segment segment;
    make_impatient(family);
    // Longer than delay_first_probe_time, else the kernel goes on confirming it by itself.
    set_sysctl(family + "/neigh/eth0/base_reachable_time_ms", "3000");
    Watch watch({.retry = 100ms, .confirm = 4s});
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    REQUIRE(run_until(
        watch.io, [&] { return shell_says("ip neighbour show " + server + " | grep -q STALE"); },
        10s));
    segment.on_server("ip link set eth0 address 02:00:00:00:00:22");
    CHECK(watch.moves_to(server, kOtherMac, 15s));
}

TEST_CASE("a silent server is asked for until it answers") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.12" : "2001:db8::c";
    const std::string problem = ipv4 ? "no ARP answer" : "no ND answer";
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address(server)});
    CHECK(watch.hop(server).problem == problem);
    run_for(watch.io, 4s); // the kernel gives up after 3
    CHECK(watch.hop(server).problem == problem);
    CHECK(watch.changes == 0);
    segment.on_server("ip address add " + server + (ipv4 ? "/24 dev eth0" : "/64 dev eth0 nodad"));
    CHECK(watch.resolves(server, 5s));
}

TEST_CASE("a server that has gone is told of at once, and its return") {
    const bool ipv4 = GENERATE(true, false);
    const std::string server = ipv4 ? "192.0.2.11" : "2001:db8::b";
    Segment segment;
    make_impatient(ipv4 ? "ipv4" : "ipv6");
    Watch watch;
    watch.neighbours.watch({address(server)});
    REQUIRE(watch.resolves(server));
    segment.on_server("ip address flush dev eth0 scope global");
    run_for(watch.io, 1s); // until stale
    send_datagram(watch.io, server);
    REQUIRE(watch.fails(server, ipv4 ? "no ARP answer" : "no ND answer", 5s));
    const auto changes = watch.changes;
    run_for(watch.io, 3s);
    CHECK(watch.changes == changes); // no flapping while it is being asked for
    segment.on_server("ip address add " + server + (ipv4 ? "/24 dev eth0" : "/64 dev eth0 nodad"));
    CHECK(watch.resolves(server, 5s));
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
    CHECK(watch.fails("192.0.2.11", "no ARP answer", 6s));
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
    Watch watch({.retry = 50ms, .confirm = 50ms});
    watch.neighbours.watch({address("192.0.2.12")});
    CHECK(watch.hop("192.0.2.12").mac == kOtherMac);
    run_for(watch.io, 500ms);
    CHECK(watch.hop("192.0.2.12").resolved);
    CHECK(shell_says("ip neighbour show 192.0.2.12 | grep -q PERMANENT"));
}

TEST_CASE("carrier lost and back") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11"), address("2001:db8::b")});
    REQUIRE(watch.resolves("192.0.2.11"));
    REQUIRE(watch.resolves("2001:db8::b"));
    segment.on_server("ip link set eth0 down");
    CHECK(watch.fails("192.0.2.11", "interface eth0 is down", 1s));
    // IPv6 routes go with the carrier.
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("2001:db8::b").resolved; }, 1s));
    segment.on_server("ip link set eth0 up; ip address replace 2001:db8::b/64 dev eth0 nodad");
    CHECK(watch.resolves("192.0.2.11"));
    CHECK(watch.resolves("2001:db8::b"));
}

TEST_CASE("the director's interface switched off and on") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    REQUIRE(watch.resolves("192.0.2.11"));
    shell("ip link set eth0 down");
    CHECK(run_until(
        watch.io, [&] { return !watch.hop("192.0.2.11").resolved; }, 1s));
    shell("ip link set eth0 up");
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
        5s));
}

TEST_CASE("routes: none, a router, an own address; and their changes") {
    Segment segment;
    Watch watch;
    watch.neighbours.watch({address("198.51.100.7"), address("2001:db8:1::7"), address("192.0.2.1"),
                            address("2001:db8::1")});
    CHECK(watch.hop("198.51.100.7").problem == "no route");
    CHECK(watch.hop("2001:db8:1::7").problem == "no route");
    CHECK(watch.hop("192.0.2.1").problem == "the address is the director's own");
    CHECK(watch.hop("2001:db8::1").problem == "the address is the director's own");

    const std::string reached = "reached through router ";
    const std::string needs = "; L2 forwarding needs the server on a segment of the director";
    shell("ip route add default via 192.0.2.11");
    shell("ip route add default via 2001:db8::b");
    CHECK(watch.fails("198.51.100.7", reached + "192.0.2.11" + needs, 1s));
    CHECK(watch.fails("2001:db8:1::7", reached + "2001:db8::b" + needs, 1s));

    segment.on_server("ip address add 198.51.100.7/32 dev eth0");
    shell("ip route add 198.51.100.0/24 dev eth0");
    CHECK(watch.resolves("198.51.100.7"));
    shell("ip route add blackhole 198.51.100.7/32");
    CHECK(run_until(
        watch.io, [&] { return watch.hop("198.51.100.7").problem.starts_with("no route"); }, 1s));
}

TEST_CASE("a bridge is refused") {
    Segment segment;
    shell("ip link add name br0 type bridge && ip link set br0 up && ip link set eth0 master br0");
    shell("ip address flush dev eth0 && ip address add 192.0.2.1/24 dev br0");
    Watch watch;
    watch.neighbours.watch({address("192.0.2.11")});
    CHECK(watch.fails("192.0.2.11", "interface br0 is a bridge, which is not supported", 3s));
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
    CHECK(watch.moves_to("192.0.2.11", kOtherMac, 1s));
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

    const auto added = add_address("eth0", address(vip));
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

    const auto again = add_address("eth0", address(vip));
    REQUIRE(again);
    CHECK_FALSE(*again);

    CHECK(remove_address("eth0", address(vip)));
    CHECK_FALSE(shell_says("ip address show dev eth0 | grep -q '" + vip + "'"));
    CHECK(shell_says("ip address show dev eth0 | grep -q '" +
                     std::string(ipv4 ? "192.0.2.1/24" : "2001:db8::1/64") + "'"));
    CHECK(remove_address("eth0", address(vip)));
}

TEST_CASE("the director does not take the VIP as the source of what it sends") {
    const bool ipv4 = GENERATE(true, false);
    Segment segment;
    // A VIP that is nearer to the server than the director's own address.
    REQUIRE(add_address("eth0", address(ipv4 ? "192.0.2.10" : "2001:db8::a")));
    asio::io_context io;
    const asio::ip::udp::endpoint server(
        asio::ip::make_address(ipv4 ? "192.0.2.11" : "2001:db8::b"), 5060);
    asio::ip::udp::socket socket(io, server.protocol());
    socket.connect(server);
    CHECK(socket.local_endpoint().address().to_string() == (ipv4 ? "192.0.2.1" : "2001:db8::1"));
}

TEST_CASE("a VIP on an interface that is down or missing") {
    Segment segment;
    const auto missing = add_address("eth7", address("192.0.2.100"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "interface eth7: No such device");
    CHECK(remove_address("eth7", address("192.0.2.100")));
    shell("ip link set eth0 down");
    const auto added = add_address("eth0", address("192.0.2.100"));
    REQUIRE(added);
    CHECK(*added);
}

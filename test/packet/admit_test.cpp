// SPDX-License-Identifier: Apache-2.0
//
// Which frames are taken at all: those for this host, in its VLANs, from no director, from a source
// that can be.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "admit@example.com");

constexpr Mac kOtherMac = {0x02, 0, 0, 0, 0x99, 0x99};
constexpr Mac kVrrpMac = {0x00, 0x00, 0x5e, 0x00, 0x01, 0x07};
constexpr Mac kVrrpMac6 = {0x00, 0x00, 0x5e, 0x00, 0x02, 0x07};
constexpr std::uint16_t kOtherVlan = 300; // DataPlane is in kVlan

/// What is steered by three ways of its own, each of which has to ask.
struct Kind {
    const char *what;
    Packet packet;
    Packet before{}; // what has to pass first; none: nothing
    bool has_before = false;
};

Packet icmp_error(bool ipv6) {
    const Packet base = ipv6 ? Packet().eth().ipv6(kVip6, kClient6) : //
                            Packet().eth().ipv4(kVip, kClient);
    const Bytes frame = Packet(base)
                            .udp(5060, 5060)
                            .payload("SIP/2.0 200 OK\r\nCall-ID: admit@example.com\r\n\r\n")
                            .bytes();
    const Bytes quoted(frame.begin() + 14, frame.end());
    return ipv6 ? Packet().eth().ipv6("2001:db8:7::1", kVip6).icmp(1, 4, 0, quoted)
                : Packet().eth().ipv4("192.0.2.1", kVip).icmp(3, 3, 0, quoted);
}

std::vector<Kind> kinds(bool ipv6) {
    Datagram datagram;
    datagram.ipv6 = ipv6;
    datagram.source = ipv6 ? kClient6 : kClient;
    const Packet invite = ipv6 ? to_vip6(kInvite) : to_vip(kInvite);
    return {
        {"a message", invite},
        {"a first fragment", datagram.first()},
        {"a later fragment", datagram.later(), datagram.first(), true},
        {"an ICMP error", icmp_error(ipv6), invite, true},
    };
}

std::vector<Kind> all_kinds() {
    auto all = kinds(false);
    for (const Kind &kind : kinds(true)) {
        all.push_back(kind);
    }
    return all;
}

/// Where the packet would be steered if it were admitted: its server is known.
void prepare(Farm &farm, const Kind &kind) {
    if (kind.has_before) {
        CHECK(farm.run(kind.before).action == XDP_TX);
    }
}

void check_turned_away(Farm &farm, const Packet &packet, ss_reason reason, int action) {
    const __u64 before = farm.service_traffic(1).packets + farm.service_traffic(2).packets;
    const std::size_t calls = farm.entries().size();
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << ", expected " << reason_label(reason));
    CHECK(outcome.reason == reason);
    CHECK(outcome.action == action);
    check_frame(outcome.frame, packet.bytes());
    CHECK(farm.service_traffic(1).packets + farm.service_traffic(2).packets == before);
    CHECK(farm.entries().size() == calls);
    CHECK(farm.held().empty());
}

void check_admitted(Farm &farm, const Packet &packet) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.action == XDP_TX);
}

} // namespace

TEST_CASE("a frame for another host is left to the kernel", "[admit]") {
    const std::vector<std::pair<const char *, Mac>> others = {
        {"another host", kOtherMac},
        {"broadcast", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
        {"IPv4 multicast", {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}},
        {"IPv6 multicast", {0x33, 0x33, 0x00, 0x00, 0x00, 0x01}},
        {"nobody", {}},
        {"a VRRP MAC that this host does not have", kVrrpMac},
        {"the director's but for a bit", {0x02, 0, 0, 0, 0, 0x03}},
    };
    for (const Kind &kind : all_kinds()) {
        Farm farm;
        prepare(farm, kind);
        for (const auto &[who, mac] : others) {
            INFO(kind.what << " to " << who);
            check_turned_away(farm, Packet(kind.packet).eth(kRouterMac, mac), SS_REASON_OTHER_HOST,
                              XDP_PASS);
            check_turned_away(farm, Packet(kind.packet).eth(kRouterMac, mac).vlan(kVlan),
                              SS_REASON_OTHER_HOST, XDP_PASS);
        }
        check_admitted(farm, kind.packet);
    }
}

TEST_CASE("a VRRP MAC that this host has counts", "[admit]") {
    for (const Kind &kind : all_kinds()) {
        INFO(kind.what);
        Farm farm;
        prepare(farm, kind);
        farm.own_mac(kVrrpMac);
        farm.own_mac(kVrrpMac6);
        check_turned_away(farm, Packet(kind.packet).eth(kRouterMac, kVrrpMac).vlan(kVlan),
                          SS_REASON_OTHER_HOST, XDP_PASS); // in another VLAN than it has it in
        check_admitted(farm, Packet(kind.packet).eth(kRouterMac, kVrrpMac));
    }
    Farm farm;
    farm.own_mac(kVrrpMac6);
    check_admitted(farm, to_vip6(kInvite).eth(kRouterMac, kVrrpMac6));
}

TEST_CASE("a MAC counts on its interface alone", "[admit]") {
    Farm farm;
    farm.own_mac(kOtherMac, 0, kOtherInterface);
    check_turned_away(farm, to_vip(kInvite).eth(kRouterMac, kOtherMac), SS_REASON_OTHER_HOST,
                      XDP_PASS);
}

TEST_CASE("a frame in a VLAN that this host is not in is left to the kernel", "[admit][vlan]") {
    for (const Kind &kind : all_kinds()) {
        INFO(kind.what);
        Farm farm;
        prepare(farm, kind);
        for (const std::uint16_t type : {std::uint16_t{0x8100}, std::uint16_t{0x88a8}}) {
            check_turned_away(farm, Packet(kind.packet).vlan(kOtherVlan, type),
                              SS_REASON_OTHER_VLAN, XDP_PASS);
            // What is in the inner tag is the provider's customer's.
            check_turned_away(farm, Packet(kind.packet).vlan(kOtherVlan, type).vlan(kVlan),
                              SS_REASON_OTHER_VLAN, XDP_PASS);
        }
        check_turned_away(farm, Packet(kind.packet).eth(kRouterMac, kOtherMac).vlan(kOtherVlan),
                          SS_REASON_OTHER_VLAN, XDP_PASS);
        check_turned_away(farm, Packet(kind.packet).eth(kRouterMac, {}).vlan(kOtherVlan),
                          SS_REASON_OTHER_VLAN, XDP_PASS);
        check_admitted(farm, Packet(kind.packet).vlan(kVlan));
    }
}

TEST_CASE("a priority tag is of no VLAN", "[admit][vlan]") {
    Farm farm;
    check_admitted(farm, to_vip(kInvite).vlan(0xe000));
    // The tag behind it names the VLAN, as it does to the kernel.
    check_admitted(farm, to_vip(kInvite).vlan(0xe000).vlan(kVlan));
    check_turned_away(farm, to_vip(kInvite).vlan(0xe000).vlan(kOtherVlan), SS_REASON_OTHER_VLAN,
                      XDP_PASS);
    check_turned_away(farm, to_vip(kInvite).eth(kRouterMac, kOtherMac).vlan(0xe000),
                      SS_REASON_OTHER_HOST, XDP_PASS);
}

TEST_CASE("a frame that a director sent is not steered again", "[admit]") {
    for (const Kind &kind : all_kinds()) {
        INFO(kind.what);
        Farm farm;
        prepare(farm, kind);
        farm.director_mac(kDirectorMac);
        farm.director_mac(kOtherMac);
        for (const Mac &mac : {kDirectorMac, kOtherMac}) {
            check_turned_away(farm, Packet(kind.packet).eth(mac), SS_REASON_OWN_FRAME, XDP_PASS);
            check_turned_away(farm, Packet(kind.packet).eth(mac).vlan(kVlan), SS_REASON_OWN_FRAME,
                              XDP_PASS);
        }
        check_admitted(farm, kind.packet);
    }
}

TEST_CASE("two directors do not send a frame to each other", "[admit]") {
    Farm farm;
    farm.ring(0, {0});
    farm.director_mac(kDirectorMac);
    // The one's own, as the other would see it, and back.
    const Outcome sent = farm.run(to_vip(kInvite));
    CHECK(sent.action == XDP_TX);
    const Outcome seen = farm.run(sent.frame);
    CHECK(seen.action == XDP_PASS);
    CHECK(seen.reason == SS_REASON_OTHER_HOST);
}

TEST_CASE("a source that no sender can have is dropped: IPv4", "[admit]") {
    for (const char *source : {"127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "224.0.0.1",
                               "239.255.255.255", "255.255.255.255", "198.51.100.100"}) {
        for (const Kind &kind : kinds(false)) {
            INFO(kind.what << " from " << source);
            Farm farm;
            prepare(farm, kind);
            check_turned_away(farm, Packet(kind.packet).ipv4(source, kVip), SS_REASON_MARTIAN,
                              XDP_DROP);
        }
    }
}

TEST_CASE("a source that no sender can have is dropped: IPv6", "[admit]") {
    for (const char *source : {"::", "::1", "ff02::1", "ffff::", "::ffff:192.0.2.7",
                               "::ffff:127.0.0.1", "2001:db8:100::100"}) {
        for (const Kind &kind : kinds(true)) {
            INFO(kind.what << " from " << source);
            Farm farm;
            prepare(farm, kind);
            check_turned_away(farm, Packet(kind.packet).ipv6(source, kVip6), SS_REASON_MARTIAN,
                              XDP_DROP);
        }
    }
}

TEST_CASE("sources that senders do have are taken", "[admit]") {
    Farm farm;
    farm.service(3, "198.51.100.101", 5060, 0);
    for (const char *source : {"1.0.0.1", "126.255.255.255", "128.0.0.1", "223.255.255.255",
                               "240.0.0.1", "10.0.0.1", "198.51.100.101"}) {
        INFO(source);
        check_admitted(farm, to_vip(kInvite).ipv4(source, kVip));
    }
    for (const char *source : {"::2", "fe80::1", "fd00::1", "::1:0:0", "feff::1"}) {
        INFO(source);
        check_admitted(farm, to_vip6(kInvite).ipv6(source, kVip6));
    }
}

TEST_CASE("what is foreign keeps its reason, whatever MAC it is for", "[admit]") {
    Farm farm;
    const auto reason = [&farm](const Packet &packet) {
        const Outcome outcome = farm.run(packet);
        CHECK(outcome.action == XDP_PASS);
        return outcome.reason;
    };
    const Packet foreign = Packet().eth(kDirectorMac, kOtherMac).vlan(kOtherVlan);
    CHECK(reason(Packet(foreign).ipv4("127.0.0.1", kClient).udp(5060, 5060)) ==
          SS_REASON_NOT_SERVICE);
    CHECK(reason(Packet(foreign).ipv4("127.0.0.1", kVip).udp(5060, 53)) == SS_REASON_NOT_SERVICE);
    CHECK(reason(Packet(foreign).ipv4("127.0.0.1", kVip).tcp(5060, 5060)) == SS_REASON_NOT_UDP);
    CHECK(reason(Packet(foreign).ethertype(0x0806)) == SS_REASON_NOT_IP);
}

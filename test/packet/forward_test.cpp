// SPDX-License-Identifier: Apache-2.0
//
// How a frame leaves: which headers are understood on the way in, and what is changed.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "forward@example.com");

/// A frame with its tags replaced by this one; 0: none.
Bytes in_vlan(Packet packet, std::uint16_t tci) {
    return (tci ? packet.vlan(tci) : packet).bytes();
}

} // namespace

TEST_CASE("IPv4: the MACs are changed and nothing else", "[forward]") {
    Farm farm;
    const Packet packet = to_vip(kInvite);
    const __u32 server = Farm::ring_server(call_hash("forward@example.com"));
    CHECK(farm.steer(packet, SS_REASON_CALL_NEW) == server);
    CHECK(farm.steer(packet, SS_REASON_CALL_HIT) == server);
}

TEST_CASE("IPv4 options of every length", "[forward]") {
    Farm farm;
    for (std::size_t length = 0; length <= 40; length += 4) {
        const std::string call_id = "options-" + std::to_string(length);
        INFO(length);
        farm.steer(to_vip(request("INVITE", call_id)).options(Bytes(length, 1)),
                   SS_REASON_CALL_NEW);
        farm.call(call_id);
    }
}

TEST_CASE("IPv6", "[forward]") {
    Farm farm;
    const __u32 server = Farm::ring_server(call_hash("forward@example.com"));
    CHECK(farm.steer(to_vip6(kInvite), SS_REASON_CALL_NEW) == server);
    // One call, whatever the way it comes.
    CHECK(farm.steer(to_vip(kInvite), SS_REASON_CALL_HIT) == server);
    CHECK(farm.service_traffic(1).packets == 1);
    CHECK(farm.service_traffic(2).packets == 1);
}

TEST_CASE("IPv6 extension headers", "[forward]") {
    Farm farm;
    const auto start = [] { return to_vip6(kInvite); };
    const std::vector<Packet> packets = {
        start().hop_by_hop(),
        start().hop_by_hop(2048),
        start().destination_options(),
        start().destination_options(24),
        start().routing(),
        start().routing(40),
        start().authentication(),
        start().authentication(16),
        start().authentication(28),
        start().extension(135), // mobility
        start().extension(139), // HIP
        start().extension(140), // Shim6
        start().hop_by_hop().destination_options().routing().authentication().destination_options(),
        start().destination_options().hop_by_hop().routing(), // not the usual order
        start().fragment(0, false, 1),                        // an atomic fragment: whole
        start().hop_by_hop().fragment(0, false, 1).destination_options(),
    };
    for (const Packet &packet : packets) {
        const Outcome outcome = farm.run(packet);
        INFO(hex_dump(packet.bytes(), packet.bytes()));
        CHECK(outcome.action == XDP_TX);
        check_frame(outcome.frame, addressed_to(packet.bytes(), server_of(outcome)));
    }
    CHECK(farm.entries().size() == 1);
    farm.call("forward@example.com");
}

TEST_CASE("as many IPv6 extension headers as are followed, and one more", "[forward]") {
    Farm farm;
    Packet packet = to_vip6(kInvite);
    for (int i = 1; i <= 8; i++) {
        packet.destination_options();
        INFO(i);
        CHECK(farm.run(packet).action == XDP_TX);
    }
    const Outcome outcome = farm.run(packet.destination_options());
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.reason == SS_REASON_EXTENSIONS);
}

TEST_CASE("a server behind another interface is reached by redirect", "[forward]") {
    Farm farm;
    farm.server(5, {.ifindex = kOtherInterface});
    farm.ring(0, {5});
    farm.port(kOtherInterface);
    const Outcome outcome = farm.run(to_vip(kInvite));
    CHECK(outcome.action == XDP_REDIRECT);
    CHECK(outcome.verdict == SS_VERDICT_REDIRECT);
    check_frame(outcome.frame, addressed_to(to_vip(kInvite).bytes(), 5));
    CHECK(farm.server_counters(5).sent.packets == 1);
}

TEST_CASE("an interface the devmap does not have: dropped, and counted so", "[forward]") {
    Farm farm;
    farm.server(5, {.ifindex = kOtherInterface});
    farm.ring(0, {5});
    const Outcome outcome = farm.run(to_vip(kInvite));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.verdict == SS_VERDICT_DROP);
    CHECK(outcome.reason == SS_REASON_NO_PORT);
    CHECK(farm.server_counters(5).sent.packets == 0);
}

TEST_CASE("counters of servers", "[forward]") {
    Farm farm;
    const Packet packet = to_vip(kInvite);
    const __u32 server = farm.steer(packet, SS_REASON_CALL_NEW);
    farm.steer(packet, SS_REASON_CALL_HIT);
    farm.steer(packet, SS_REASON_CALL_HIT);
    for (__u32 i = 0; i < Farm::kServers; i++) {
        const ss_server_counters counters = farm.server_counters(i);
        CHECK(counters.sent.packets == (i == server ? 3 : 0));
        CHECK(counters.sent.bytes == (i == server ? 3 * packet.bytes().size() : 0));
        CHECK(counters.new_calls == (i == server ? 1 : 0));
        CHECK(counters.rehomed == 0);
    }
    CHECK(farm.service_traffic(1).packets == 3);
    CHECK(farm.service_traffic(1).bytes == 3 * packet.bytes().size());
}

TEST_CASE("a frame comes into its server's VLAN", "[forward][vlan]") {
    Farm farm;
    farm.ring(0, {5});
    struct Row {
        std::uint16_t tci_in, vlan, tci_out;
    };
    for (const Row &row : {
             Row{0, 0, 0},                         // untagged stays untagged
             Row{0, 100, 100},                     // pushed
             Row{0, 4094, 4094},                   //
             Row{100, 0, 0},                       // popped
             Row{100, 100, 100},                   // left
             Row{100, 200, 200},                   // rewritten
             Row{0xe000 | 100, 200, 0xe000 | 200}, // the priority stays
             Row{0x1000 | 100, 200, 0x1000 | 200}, // drop eligibility, too
             Row{0xe000 | 100, 100, 0xe000 | 100},
             Row{0xe000, 200, 0xe000 | 200}, // a priority tag, id 0
         }) {
        farm.server(5, {.vlan = row.vlan});
        for (const Packet &packet : {to_vip(kInvite), to_vip6(kInvite)}) {
            const Outcome outcome = farm.run(in_vlan(packet, row.tci_in));
            INFO("in " << row.tci_in << ", server in " << row.vlan);
            CHECK(outcome.action == XDP_TX);
            check_frame(outcome.frame, addressed_to(in_vlan(packet, row.tci_out), 5));
        }
    }
}

TEST_CASE("a frame without its tag is filled up to Ethernet's shortest", "[forward][vlan]") {
    Farm farm;
    farm.ring(0, {5});
    farm.server(5);
    const auto message = [](std::size_t length) { return std::string(length, '\n'); };
    const std::size_t headers = to_vip("").bytes().size(); // 42
    for (std::size_t length = 0; length <= 40; length++) {
        INFO(length << " bytes of message");
        const Packet untagged = to_vip(message(length));
        const Bytes tagged = in_vlan(untagged, kVlan);
        const Outcome outcome = farm.run(tagged);
        CHECK(outcome.action == XDP_TX);
        Bytes expected = untagged.bytes();
        expected.resize(std::max<std::size_t>(60, headers + length));
        check_frame(outcome.frame, addressed_to(expected, 5));
        // What has come in untagged is as its sender made it.
        check_frame(farm.run(untagged).frame, addressed_to(untagged.bytes(), 5));
    }
}

TEST_CASE("two tags are left as they are", "[forward][vlan]") {
    Farm farm;
    for (const std::uint16_t vlan : std::initializer_list<std::uint16_t>{0, 100, 200, 300}) {
        farm.server(5, {.vlan = vlan});
        farm.ring(0, {5});
        const Packet packet = Packet()
                                  .eth()
                                  .vlan(100, 0x88a8)
                                  .vlan(0x6000 | 200)
                                  .ipv4(kClient, kVip)
                                  .udp(5060, 5060)
                                  .payload(request("INVITE", "qinq" + std::to_string(vlan)));
        const Outcome outcome = farm.run(packet);
        CHECK(outcome.action == XDP_TX);
        check_frame(outcome.frame, addressed_to(packet.bytes(), 5));
    }
}

TEST_CASE("tagged frames by redirect", "[forward][vlan]") {
    Farm farm;
    farm.server(5, {.ifindex = kOtherInterface, .vlan = 200});
    farm.ring(0, {5});
    farm.port(kOtherInterface);
    const Outcome outcome = farm.run(in_vlan(to_vip(kInvite), 100));
    CHECK(outcome.action == XDP_REDIRECT);
    check_frame(outcome.frame, addressed_to(in_vlan(to_vip(kInvite), 200), 5));
}

TEST_CASE("no room for a tag: dropped, and counted so", "[forward][vlan]") {
    Farm farm;
    farm.server(5, {.vlan = 100});
    farm.ring(0, {5});
    const auto outcome = farm.run_without_headroom(to_vip(kInvite));
    if (!outcome) {
        WARN("skipped: this kernel's test runs cannot take the headroom away");
        return;
    }
    CHECK(outcome->action == XDP_DROP);
    CHECK(outcome->reason == SS_REASON_NO_HEADROOM);
    CHECK(farm.server_counters(5).sent.packets == 0);
}

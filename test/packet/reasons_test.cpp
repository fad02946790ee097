// SPDX-License-Identifier: Apache-2.0
//
// Every reason there is has a packet that makes it rise.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <set>

using namespace std::string_literals;
using namespace sipsteer::test;

namespace {

const std::string kInvite = request("INVITE", "reasons@example.com");

/// Reasons that no packet can have, and why.
const std::map<__u32, const char *> kNever = {
    {SS_REASON_FRAGMENT_ORPHAN, "such fragments are held now"},
};

/// The last packet of a scene; nothing if this kernel cannot play it.
using Scene = std::function<std::optional<Outcome>(Farm &)>;

Packet ipv4() {
    return Packet().eth().ipv4(kClient, kVip);
}

std::optional<Outcome> after_its_server_is_gone(Farm &farm) {
    const __u32 gone = server_of(farm.run(to_vip(kInvite)));
    farm.server(gone, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {static_cast<__u16>((gone + 1) % Farm::kServers)});
    return farm.run(to_vip(kInvite));
}

std::optional<Outcome> into_full_buckets(Farm &farm) {
    for (__u32 bucket = 0; bucket < kBuckets; bucket++) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            farm.write_entry(bucket, slot, ss_call_make(1, SS_CALL_CONFIRMED, 0, DataPlane::now()));
        }
    }
    return farm.run(to_vip(kInvite));
}

std::optional<Outcome> to_a_server_elsewhere(Farm &farm, const ServerAt &at, bool headroom) {
    farm.server(5, at);
    farm.ring(0, {5});
    return headroom ? farm.run(to_vip(kInvite)) : farm.run_without_headroom(to_vip(kInvite));
}

std::optional<Outcome> to_a_server_without_a_code(Farm &farm) {
    farm.server(5, {.flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW | SS_SERVER_DSCP,
                    .address = "203.0.113.5"});
    farm.ring(0, {5});
    return farm.run(to_vip(kInvite));
}

std::optional<Outcome> icmp_error(Farm &farm) {
    const Bytes frame =
        Packet().eth().ipv4(kVip, kClient).udp(5060, 5060).payload("SIP/2.0 200 OK").bytes();
    return farm.run(ipv4().icmp(3, 3, 0, Bytes(frame.begin() + 14, frame.end())));
}

const std::map<__u32, Scene> kScenes = {
    {SS_REASON_NOT_IP, [](Farm &farm) { return farm.run(Packet().eth().ethertype(0x0806)); }},
    {SS_REASON_NOT_UDP, [](Farm &farm) { return farm.run(ipv4().tcp(5060, 5060)); }},
    {SS_REASON_NOT_SERVICE, [](Farm &farm) { return farm.run(ipv4().udp(5060, 53)); }},
    {SS_REASON_MALFORMED, [](Farm &farm) { return farm.run(to_vip(kInvite).ip_length(19)); }},
    {SS_REASON_CALL_NEW, [](Farm &farm) { return farm.run(to_vip(kInvite)); }},
    {SS_REASON_CALL_HIT,
     [](Farm &farm) {
         farm.run(to_vip(kInvite));
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_CALL_REHOMED, after_its_server_is_gone},
    {SS_REASON_CALL_NO_ROOM, into_full_buckets},
    {SS_REASON_STATELESS,
     [](Farm &farm) {
         farm.pool(0, SS_POOL_STATELESS);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_KEEPALIVE, [](Farm &farm) { return farm.run(to_vip("\r\n\r\n")); }},
    {SS_REASON_STUN,
     [](Farm &farm) { return farm.run(to_vip("\0\1\0\0\x21\x12\xa4\x42 twelve bytes"s)); }},
    {SS_REASON_NO_CALL_ID,
     [](Farm &farm) { return farm.run(to_vip(request_without_call_id("INVITE"))); }},
    {SS_REASON_TOO_MANY_LINES, [](Farm &farm) { return farm.run(to_vip(invite_of_many_lines())); }},
    {SS_REASON_NOT_SIP, [](Farm &farm) { return farm.run(to_vip("GET / HTTP/1.1\r\n\r\n")); }},
    {SS_REASON_FRAGMENT,
     [](Farm &farm) {
         farm.run(Datagram().first());
         return farm.run(Datagram().later());
     }},
    {SS_REASON_NO_SERVER,
     [](Farm &farm) {
         farm.ring(0, {});
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_NO_HEADROOM,
     [](Farm &farm) { return to_a_server_elsewhere(farm, {.vlan = 100}, false); }},
    {SS_REASON_EXTENSIONS,
     [](Farm &farm) {
         Packet packet = to_vip6(kInvite);
         for (int i = 0; i < 9; i++) {
             packet.destination_options();
         }
         return farm.run(packet);
     }},
    {SS_REASON_FRAGMENT_HELD, [](Farm &farm) { return farm.run(Datagram().later()); }},
    {SS_REASON_FRAGMENT_LIMIT,
     [](Farm &farm) {
         farm.write_fragment_source(kClient, kFirstsPerSource, 0);
         farm.write_fragments_of_all(SS_MAX_FRAGMENTS / 2);
         return farm.run(Datagram().first());
     }},
    {SS_REASON_FRAGMENT_NO_ROOM,
     [](Farm &farm) { return farm.run(Datagram().any(256, SS_HELD_FRAME, false)); }},
    {SS_REASON_FRAGMENT_ABSURD, [](Farm &farm) { return farm.run(Datagram().any(256, 7, true)); }},
    {SS_REASON_CALL_ID_BEYOND,
     [](Farm &farm) {
         Datagram datagram;
         datagram.message = std::string(400, 'x');
         return farm.run(datagram.first());
     }},
    {SS_REASON_CALL_OVERFLOW,
     [](Farm &farm) {
         const __u32 first = Farm::ring_server(call_hash("reasons@example.com"));
         farm.server(first, {.most_calls = 1});
         farm.set_load(first, 1);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_POOL_FULL,
     [](Farm &farm) {
         farm.ring(0, {0});
         farm.server(0, {.most_calls = 1});
         farm.set_load(0, 1);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_DIALOG_UNKNOWN,
     [](Farm &farm) { return farm.run(to_vip(request("BYE", "reasons@example.com"))); }},
    {SS_REASON_DOUBTFUL,
     [](Farm &farm) { return farm.run(to_vip("INVITE sip:b SIP/2.0\r\ni: a\r\n\r\n")); }},
    {SS_REASON_VIA_SERVER,
     [](Farm &farm) {
         farm.host("192.0.2.11", 1);
         return farm.run(
             to_vip("SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 192.0.2.11;branch=1\r\ni: a\r\n\r\n"));
     }},
    {SS_REASON_ICMP_ERROR, icmp_error},
    {SS_REASON_OTHER_HOST,
     [](Farm &farm) { return farm.run(to_vip(kInvite).eth(kRouterMac, kRouterMac)); }},
    {SS_REASON_OTHER_VLAN, [](Farm &farm) { return farm.run(to_vip(kInvite).vlan(kVlan + 1)); }},
    {SS_REASON_OWN_FRAME,
     [](Farm &farm) {
         farm.director_mac(kRouterMac);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_DENIED,
     [](Farm &farm) {
         farm.guard("192.0.2.0", 24, SS_GUARD_DENY);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_LIMITED,
     [](Farm &farm) {
         ss_guard_limits limits = {};
         limits.limit[SS_GUARD_LIMIT_ADDRESS] = {3'600'000'000'000, 0};
         limits.in_use = 1;
         farm.guard_limits(1, limits);
         farm.run(to_vip(kInvite));
         return farm.run(to_vip(request("INVITE", "one-too-many")));
     }},
    {SS_REASON_METHOD_REFUSED,
     [](Farm &farm) {
         ss_guard_limits limits = {};
         limits.from_trusted = 1U << SS_METHOD_INVITE;
         limits.in_use = 1;
         farm.guard_limits(1, limits);
         return farm.run(to_vip(kInvite));
     }},
    {SS_REASON_SCANNER,
     [](Farm &farm) {
         farm.guard_limits(1, scanners({"sipcli"}));
         return farm.run(to_vip("OPTIONS sip:b SIP/2.0\r\nUser-Agent: sipcli\r\ni: a\r\n\r\n"));
     }},
    {SS_REASON_MARTIAN,
     [](Farm &farm) { return farm.run(to_vip(kInvite).ipv4("127.0.0.1", kVip)); }},
    {SS_REASON_NO_PORT,
     [](Farm &farm) { return to_a_server_elsewhere(farm, {.ifindex = kOtherInterface}, true); }},
    {SS_REASON_NO_CODE, to_a_server_without_a_code},
};

} // namespace

TEST_CASE("every reason is given for some packet", "[reasons]") {
    std::set<__u32> listed;
#define LIST(number, constant, label, text) listed.insert(number);
    SS_REASONS(LIST)
#undef LIST
    CHECK(listed.size() == SS_REASON_COUNT);
    for (const __u32 reason : listed) {
        INFO(reason_label(reason));
        const auto scene = kScenes.find(reason);
        CHECK((scene != kScenes.end()) != (kNever.count(reason) == 1));
        if (scene == kScenes.end()) {
            continue;
        }
        Farm farm;
        const auto outcome = scene->second(farm);
        if (!outcome) {
            WARN("skipped: this kernel's test runs cannot produce " << reason_label(reason));
            continue;
        }
        INFO("it was " << reason_label(outcome->reason));
        CHECK(outcome->reason == reason);
    }
}

TEST_CASE("no reason is given that is not listed", "[reasons]") {
    CHECK(std::string(reason_label(SS_REASON_COUNT)) == "not a reason");
    CHECK(std::string(reason_label(SS_REASON_COUNT - 1)) != "not a reason");
}

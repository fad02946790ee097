// SPDX-License-Identifier: Apache-2.0
//
// What the taps show, and what is counted of calls.
#include "farm.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kCall = "tapped@example.com";

std::vector<int> events(DataPlane &plane) {
    std::vector<int> events;
    for (const auto &one : plane.tapped()) {
        CHECK(one.head.taps == 1U << SS_TAP_CALLS);
        events.push_back(one.head.event);
    }
    return events;
}

} // namespace

TEST_CASE("no tap is on: nothing is shown", "[taps]") {
    Farm farm;
    farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    CHECK(farm.tapped().empty());
}

TEST_CASE("a call's events are shown and counted, one for each change", "[taps]") {
    Farm farm;
    farm.tap(SS_TAP_CALLS, DataPlane::any_packet());
    const auto say = [&](const char *method, ss_reason reason) {
        return farm.steer(to_vip(request(method, kCall)), reason);
    };
    say("INVITE", SS_REASON_CALL_NEW);
    CHECK(events(farm) == std::vector<int>{SS_CALL_EVENT_NEW});
    say("INVITE", SS_REASON_CALL_HIT); // sent again
    CHECK(events(farm).empty());
    const __u32 server = say("ACK", SS_REASON_CALL_HIT);
    CHECK(events(farm) == std::vector<int>{SS_CALL_EVENT_CONFIRMED});
    farm.server(server, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {static_cast<__u16>((server + 1) % Farm::kServers)});
    say("INFO", SS_REASON_CALL_REHOMED);
    CHECK(events(farm) == std::vector<int>{SS_CALL_EVENT_REHOMED});
    say("BYE", SS_REASON_CALL_HIT);
    CHECK(events(farm) == std::vector<int>{SS_CALL_EVENT_ENDED});
    const auto counters = farm.call_counters(0);
    for (const auto event :
         {SS_CALL_EVENT_NEW, SS_CALL_EVENT_CONFIRMED, SS_CALL_EVENT_REHOMED, SS_CALL_EVENT_ENDED}) {
        CHECK(counters.event[event] == 1);
    }
    CHECK(counters.event[SS_CALL_EVENT_NONE] == 0);
}

TEST_CASE("the trace shows any packet for a service, as it leaves", "[taps]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    const auto packet = to_vip(request("INVITE", kCall));
    const Outcome outcome = farm.run(packet);
    const auto shown = farm.tapped();
    REQUIRE(shown.size() == 1);
    const ss_tapped &head = shown[0].head;
    CHECK(shown[0].frame == outcome.frame);
    CHECK(head.length == outcome.frame.size());
    CHECK(head.frame == packet.bytes().size());
    CHECK(head.key == call_hash(kCall));
    CHECK(head.server == server_of(outcome));
    CHECK(head.service == 1);
    CHECK(head.pool == 0);
    CHECK(head.reason == SS_REASON_CALL_NEW);
    CHECK(head.verdict == SS_VERDICT_TX);
    CHECK(head.method == SS_METHOD_INVITE);
    CHECK(head.event == SS_CALL_EVENT_NEW);
    CHECK(head.message == 1);
    CHECK(head.taps == 1U << SS_TAP_TRACE);
    CHECK(head.ifindex == kIngress);
    // That clock is coarse: it may be behind.
    CHECK(DataPlane::now_ns() + 1'000'000'000 - head.time < 2'000'000'000);
}

TEST_CASE("what is for no service is not shown", "[taps]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    farm.run(Packet()
                 .eth()
                 .ipv4(kClient, "198.51.100.99")
                 .udp(5060, 5060)
                 .payload(request("INVITE", kCall)));
    CHECK(farm.tapped().empty());
}

TEST_CASE("a snapshot is as long as was asked for", "[taps]") {
    Farm farm;
    auto tap = DataPlane::any_packet();
    const Outcome outcome = farm.run(to_vip(request("OPTIONS", "first@example.com")));
    for (const __u32 snap : {1U, 60U, 0x3fffU}) {
        tap.snap = snap;
        farm.tap(SS_TAP_TRACE, tap);
        farm.run(to_vip(request("OPTIONS", "first@example.com")));
        const auto shown = farm.tapped();
        REQUIRE(shown.size() == 1);
        CHECK(shown[0].frame.size() == std::min<std::size_t>(snap, outcome.frame.size()));
    }
}

TEST_CASE("each filter of a tap, alone", "[taps]") {
    Farm farm;
    const auto packet = to_vip(request("INVITE", kCall));
    const __u64 key = call_hash(kCall);
    const __u32 server = Farm::ring_server(key);
    const auto shown = [&](const ss_tap &tap) {
        farm.forget_calls();
        farm.tap(SS_TAP_TRACE, tap);
        farm.run(packet);
        return farm.tapped().size();
    };
    auto tap = DataPlane::any_packet();
    CHECK(shown(tap) == 1);
    SECTION("the server") {
        tap.server = server;
        CHECK(shown(tap) == 1);
        tap.server = (server + 1) % Farm::kServers;
        CHECK(shown(tap) == 0);
    }
    SECTION("the reason") {
        tap.reason = SS_REASON_CALL_NEW;
        CHECK(shown(tap) == 1);
        tap.reason = SS_REASON_CALL_HIT;
        CHECK(shown(tap) == 0);
    }
    SECTION("the call") {
        tap.key = key;
        CHECK(shown(tap) == 1);
        tap.key = key ^ 1;
        CHECK(shown(tap) == 0);
    }
    SECTION("a sample of the calls") {
        tap.sample = static_cast<__u32>(key >> 32);
        CHECK(shown(tap) == 1);
        tap.sample--;
        CHECK(shown(tap) == 0);
    }
    SECTION("the source, of whatever prefix") {
        const auto source = mapped_address(kClient);
        for (__u32 prefix = 1; prefix <= 128; prefix++) {
            INFO("prefix " << prefix);
            std::copy(source.begin(), source.end(), tap.source);
            tap.prefix = prefix;
            CHECK(shown(tap) == 1);
            tap.source[(prefix - 1) / 8] ^= static_cast<__u8>(0x80U >> ((prefix - 1) % 8));
            CHECK(shown(tap) == 0);
            if (prefix < 128) { // a bit behind the prefix does not count
                std::copy(source.begin(), source.end(), tap.source);
                tap.source[prefix / 8] ^= static_cast<__u8>(0x80U >> (prefix % 8));
                CHECK(shown(tap) == 1);
            }
        }
    }
}

TEST_CASE("what finds no room is not shown, and counted; the packet goes its way", "[taps]") {
    Farm farm;
    farm.tap(SS_TAP_TRACE, DataPlane::any_packet());
    farm.tap(SS_TAP_CALLS, DataPlane::any_packet());
    const std::string body(1200, 'x');
    const auto packet = to_vip(request("INVITE", kCall) + body);
    for (int i = 0; i < 6000; i++) { // of about 1.5 KB, for 4 MB
        REQUIRE(farm.server_for(packet));
    }
    CHECK(farm.tap_dropped(SS_TAP_TRACE) > 0);
    CHECK(farm.tap_dropped(SS_TAP_CALLS) == 0); // it was a new call only once
    const auto shown = farm.tapped();
    CHECK(shown.size() + farm.tap_dropped(SS_TAP_TRACE) == 6000);
    CHECK(shown.front().head.taps == ((1U << SS_TAP_CALLS) | (1U << SS_TAP_TRACE)));
}

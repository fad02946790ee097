// SPDX-License-Identifier: Apache-2.0
//
// Fragments that overtake the first one are handed to the controller, within bounds.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <cstring>

using namespace sipsteer::test;

namespace {

constexpr std::size_t kSplit = Datagram::kSplit;

void check_dropped(Farm &farm, const Packet &packet, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.verdict == SS_VERDICT_DROP);
    CHECK(outcome.reason == reason);
    CHECK(farm.held().empty());
}

/// Checks that a fragment is held and that the controller gets it as it came.
void check_held(Farm &farm, const Packet &packet, const ss_fragment_key &key,
                std::size_t tags = 0) {
    const __u32 before = DataPlane::fragment_now();
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.verdict == SS_VERDICT_HOLD);
    CHECK(outcome.reason == SS_REASON_FRAGMENT_HELD);
    const auto held = farm.held();
    REQUIRE(held.size() == 1);
    const ss_held &head = held[0].head;
    CHECK(std::memcmp(&head.key, &key, sizeof(key)) == 0);
    CHECK(head.since - before <= DataPlane::fragment_now() - before);
    CHECK(head.ifindex == kIngress);
    CHECK(head.length == packet.bytes().size());
    CHECK(head.ip == 14 + 4 * tags);
    CHECK(head.tags == tags);
    // A record's size is a multiple of eight in the buffer, but not as it is told.
    check_frame(held[0].frame, packet.bytes());
}

Datagram from(std::string_view source) {
    Datagram datagram;
    datagram.source = source;
    return datagram;
}

} // namespace

TEST_CASE("a fragment that overtakes the first one is held", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later(kSplit + 64), datagram.key());
    check_held(farm, datagram.later(kSplit, 64), datagram.key());
    CHECK_FALSE(farm.fragment(datagram.key()));
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(datagram.key()));
    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
    CHECK(farm.held().empty());
}

TEST_CASE("a held fragment has its VLAN tags", "[held][vlan]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later().vlan(100), datagram.key(), 1);
    check_held(farm, datagram.later().vlan(100, 0x88a8).vlan(200), datagram.key(), 2);
}

TEST_CASE("held fragments of every length", "[held]") {
    Farm farm;
    const Datagram datagram;
    for (std::size_t length = 1; length <= 70; length++) {
        check_held(farm, datagram.any(kSplit, length, false), datagram.key());
    }
    // In more than one buffer, to the longest frame there is room for.
    for (const std::size_t length : {3600, 8000, SS_HELD_FRAME - 34 - 1, SS_HELD_FRAME - 34}) {
        check_held(farm, datagram.any(kSplit, length, false), datagram.key());
    }
    check_dropped(farm, datagram.any(kSplit, SS_HELD_FRAME - 34 + 1, false),
                  SS_REASON_FRAGMENT_NO_ROOM);
}

TEST_CASE("a fragment of another datagram is another one's", "[held]") {
    const bool ipv6 = GENERATE(false, true);
    Farm farm;
    farm.steer(Datagram{ipv6, 7}.first(), SS_REASON_CALL_NEW);
    const Datagram other_id{ipv6, 8};
    check_held(farm, other_id.later(), other_id.key());
    Datagram other_source{ipv6, 7};
    other_source.source = ipv6 ? "2001:db8:7::8" : "192.0.2.8";
    check_held(farm, other_source.later(), other_source.key());
}

TEST_CASE("a datagram is remembered through its lifetime", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    ss_fragment value = farm.fragment(datagram.key()).value();
    value.since = DataPlane::fragment_now() - kFragmentLifetime - 2;
    farm.write_fragment(datagram.key(), value);
    check_held(farm, datagram.later(kSplit, 64), datagram.key());
    value.since = DataPlane::fragment_now() - kFragmentLifetime + 1000;
    farm.write_fragment(datagram.key(), value);
    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
}

TEST_CASE("a source has so many fragments held and no more", "[held]") {
    Farm farm;
    const Datagram datagram;
    farm.write_fragment_source(kClient, 0, kHeldPerSource - 1);
    check_held(farm, datagram.later(), datagram.key());
    check_dropped(farm, datagram.later(), SS_REASON_FRAGMENT_LIMIT);
    const Datagram other = from("192.0.2.8");
    check_held(farm, other.later(), other.key());
    // Its first fragments have a bound of their own.
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(datagram.key()));
}

TEST_CASE("a source's bounds start anew with each window", "[held]") {
    Farm farm;
    const Datagram datagram;
    farm.write_fragment_source(kClient, kFirstsPerSource, kHeldPerSource);
    check_dropped(farm, datagram.later(), SS_REASON_FRAGMENT_LIMIT);
    farm.next_fragment_window();
    check_held(farm, datagram.later(), datagram.key());
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(datagram.key()));
}

TEST_CASE("a source has so many datagrams remembered and no more", "[held]") {
    Farm farm;
    const Datagram last{false, 1}, beyond{false, 2};
    farm.write_fragment_source(kClient, kFirstsPerSource - 1, 0);
    farm.steer(last.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(last.key()));
    // The rest of it could not follow: it is given up whole, and counted.
    const Outcome outcome = farm.run(beyond.first());
    CHECK(outcome.verdict == SS_VERDICT_DROP);
    CHECK(outcome.reason == SS_REASON_FRAGMENT_LIMIT);
    CHECK_FALSE(farm.fragment(beyond.key()));
    const Datagram other = from("192.0.2.8");
    farm.steer(other.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(other.key()));
}

TEST_CASE("no room for a fragment to be held", "[held]") {
    Farm farm;
    const Datagram datagram;
    const Packet large = datagram.any(kSplit, 3200, true);
    // More than the ring buffer has room for, and fewer than the source may have held.
    std::size_t held = 0;
    Outcome outcome;
    for (; held < 500; held++) {
        outcome = farm.run(large);
        if (outcome.reason != SS_REASON_FRAGMENT_HELD) {
            break;
        }
    }
    CHECK(held > 100);
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.verdict == SS_VERDICT_DROP);
    CHECK(outcome.reason == SS_REASON_FRAGMENT_NO_ROOM);
    CHECK(farm.held().size() == held);
    check_held(farm, large, datagram.key());
}

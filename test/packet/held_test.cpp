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

/// Likewise, without a look at what is held.
void check_reason(Farm &farm, const Packet &packet, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.reason == reason);
}

/// Checks that the only record tells of a datagram's first fragment, and gives what it tells.
ss_fragment only_notice(const std::vector<Held> &records, const ss_fragment_key &key) {
    REQUIRE(records.size() == 1);
    const Held &record = records[0];
    CHECK(record.head.length == 0);
    CHECK(record.head.last == 0);
    CHECK(std::memcmp(&record.head.key, &key, sizeof(key)) == 0);
    CHECK(DataPlane::fragment_now() - record.head.since <= 1000);
    ss_fragment first = {};
    REQUIRE(record.frame.size() == sizeof(first));
    std::memcpy(&first, record.frame.data(), sizeof(first));
    return first;
}

/// By a stranger, with fragments that nobody reads.
void fill_half_of_ring(Farm &farm) {
    Datagram stranger;
    stranger.source = "192.0.2.99";
    for (std::size_t bytes = 0; bytes <= kHeldRing / 2; bytes += 16000) {
        stranger.id++;
        check_reason(farm, stranger.any(kSplit, 16000, true), SS_REASON_FRAGMENT_HELD);
    }
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
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
}

TEST_CASE("a held fragment has its VLAN tags", "[held][vlan]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later().vlan(100), datagram.key(), 1);
    const Datagram other{datagram.ipv6, 8};
    check_held(farm, other.later().vlan(100, 0x88a8).vlan(200), other.key(), 2);
}

TEST_CASE("held fragments of every length", "[held]") {
    Farm farm;
    const Datagram datagram;
    const auto check_length = [&](std::size_t length) {
        const Datagram one{false, static_cast<std::uint32_t>(length)};
        check_held(farm, one.any(kSplit, length, false), one.key());
    };
    for (std::size_t length = 1; length <= 70; length++) {
        check_length(length);
    }
    // In more than one buffer, to the longest frame there is room for.
    for (const std::size_t length : {3600, 8000, SS_HELD_FRAME - 34 - 1, SS_HELD_FRAME - 34}) {
        check_length(length);
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

TEST_CASE("a source is held to its bound only while the ring is more than half full", "[held]") {
    Farm farm;
    const Datagram one{false, 1}, two{false, 2}, three{false, 3};
    farm.write_fragment_source(kClient, 0, kHeldPerSource);
    check_held(farm, one.later(), one.key());
    fill_half_of_ring(farm);
    farm.write_fragment_source(kClient, 0, kHeldPerSource - 1);
    check_reason(farm, two.later(), SS_REASON_FRAGMENT_HELD);
    check_reason(farm, three.later(), SS_REASON_FRAGMENT_LIMIT);
    check_reason(farm, from("192.0.2.8").later(), SS_REASON_FRAGMENT_HELD);
    // Its first fragments have a bound of their own.
    farm.steer(three.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(three.key()));
}

TEST_CASE("a source's bounds start anew with each window", "[held]") {
    Farm farm;
    const Datagram datagram, other{false, 8};
    fill_half_of_ring(farm);
    farm.write_fragment_source(kClient, kFirstsPerSource, kHeldPerSource);
    farm.write_fragments_of_all(SS_MAX_FRAGMENTS / 2);
    check_reason(farm, datagram.later(), SS_REASON_FRAGMENT_LIMIT);
    farm.next_fragment_window();
    check_reason(farm, datagram.later(), SS_REASON_FRAGMENT_HELD);
    farm.steer(other.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(other.key()));
}

TEST_CASE("a source has so many datagrams remembered while half the room is taken", "[held]") {
    Farm farm;
    const Datagram last{false, 1}, beyond{false, 2};
    farm.write_fragment_source(kClient, kFirstsPerSource - 1, 0);
    farm.write_fragments_of_all(SS_MAX_FRAGMENTS / 2);
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

TEST_CASE("first fragments in a source's name keep it out only when there are many of all",
          "[held]") {
    Farm farm;
    const Datagram datagram;
    farm.write_fragment_source(kClient, 10 * kFirstsPerSource, 0);
    farm.write_fragments_of_all(SS_MAX_FRAGMENTS / 2 - 1);
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.fragment(datagram.key()));
}

TEST_CASE("no room for a fragment to be held", "[held]") {
    Farm farm;
    // More than the ring buffer has room for, and fewer than the source may have held.
    std::uint32_t held = 0;
    Outcome outcome;
    for (; held < 500; held++) {
        outcome = farm.run(Datagram{false, held}.any(kSplit, 3200, true));
        if (outcome.reason != SS_REASON_FRAGMENT_HELD) {
            break;
        }
    }
    CHECK(held > 100);
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.verdict == SS_VERDICT_DROP);
    CHECK(outcome.reason == SS_REASON_FRAGMENT_NO_ROOM);
    // What tells of a first fragment finds room all the same.
    const Datagram datagram{false, 0};
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    const auto records = farm.held();
    REQUIRE(records.size() == held + 1);
    only_notice({records.back()}, datagram.key());
    const Datagram other{false, held};
    check_held(farm, other.any(kSplit, 3200, true), other.key());
}

TEST_CASE("the first fragment tells that it has come, if others are held", "[held]") {
    const bool ipv6 = GENERATE(false, true);
    const Datagram datagram{ipv6}, other{ipv6, 8};
    Farm farm;
    farm.steer(other.first(), SS_REASON_CALL_NEW);
    CHECK(farm.held().empty());
    check_held(farm, datagram.later(kSplit + 64), datagram.key());
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    const auto told = only_notice(farm.held(), datagram.key());
    CHECK(told.server == server);
    CHECK(told.service == (ipv6 ? 2 : 1));
    CHECK(told.key == farm.fragment(datagram.key())->key);
    // A second one is an overlap, and tells nothing.
    check_reason(farm, datagram.first(), SS_REASON_FRAGMENT_ABSURD);
    CHECK(farm.held().empty());
    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key())); // whole with what was held
}

TEST_CASE("one notice for all that is held; a datagram that is whole with it is forgotten",
          "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later(kSplit + 64), datagram.key());
    check_held(farm, datagram.later(kSplit, 64), datagram.key());
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(only_notice(farm.held(), datagram.key()).server == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
    // The id may come again.
    check_held(farm, datagram.later(kSplit, 64), datagram.key());
    CHECK(farm.steer(datagram.first(), SS_REASON_CALL_HIT) == server);
    only_notice(farm.held(), datagram.key());
}

TEST_CASE("a fragment that overlaps a held one is not held", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later(kSplit + 64), datagram.key());
    check_dropped(farm, datagram.later(kSplit + 64), SS_REASON_FRAGMENT_ABSURD); // the same
    check_dropped(farm, datagram.later(kSplit, 72), SS_REASON_FRAGMENT_ABSURD);  // into it
    check_dropped(farm, datagram.any(4096, 8, true), SS_REASON_FRAGMENT_ABSURD); // beyond the end
    check_held(farm, datagram.later(kSplit, 64), datagram.key());
}

TEST_CASE("what is held and does not fit the first fragment is given up", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later(kSplit - 8), datagram.key()); // overlaps it
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    const auto records = farm.held();
    REQUIRE(records.size() == 1);
    CHECK(records[0].head.length == 0);
    CHECK(records[0].head.last == 1);
    CHECK(farm.steer(datagram.later(), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("a first fragment that no server gets tells, too", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    farm.ring(0, {});
    check_held(farm, datagram.later(), datagram.key());
    check_reason(farm, datagram.first(), SS_REASON_NO_SERVER);
    CHECK(only_notice(farm.held(), datagram.key()).server == SS_FRAGMENT_DROP);
}

TEST_CASE("the first fragment tells nothing once the others have waited too long", "[held]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_held(farm, datagram.later(kSplit + 64), datagram.key());
    farm.age_waiting(datagram.key(), kFragmentLifetime + 2);
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.held().empty());
    CHECK(farm.fragment(datagram.key()));
}

TEST_CASE("a flood of invented fragments takes no datagram under way its place", "[held][many]") {
    const bool ipv6 = GENERATE(false, true);
    const Datagram held{ipv6, 1}, followed{ipv6, 2};
    Farm farm;
    const __u32 server = farm.steer(followed.first(), SS_REASON_CALL_NEW);
    for (std::uint32_t id = 1000; id < 1000 + 2 * SS_MAX_WAITING; id++) {
        farm.run(Datagram{ipv6, id}.later(kSplit, 8));
        farm.held();
        if (id == 1000 + SS_MAX_WAITING) {
            check_held(farm, held.later(), held.key());
        }
        if (id == 1000 + SS_MAX_WAITING + SS_MAX_WAITING / 4) { // what comes before its first
            farm.steer(held.first(), SS_REASON_CALL_NEW);
            CHECK(only_notice(farm.held(), held.key()).server == server);
        }
    }
    // It is there; its time may be over on a slow machine.
    ss_fragment value = farm.fragment(followed.key()).value();
    value.since = DataPlane::fragment_now();
    farm.write_fragment(followed.key(), value);
    CHECK(farm.steer(followed.later(), SS_REASON_FRAGMENT) == server);
}

// SPDX-License-Identifier: Apache-2.0
//
// What a fragmented message does to its call: nothing before it is whole (bpf/choose/whole.h).
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>
#include <sipsteer/call_event.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::size_t kSplit = Datagram::kSplit;
const std::string kCall = "whole@example.com";

Datagram datagram_of(const std::string &message) {
    static std::uint32_t next_id = 1;
    return {GENERATE(false, true), next_id++, message + std::string(301, 'x')};
}

struct Whole : Farm {
    void send(const Datagram &datagram, ss_reason first) {
        steer(datagram.first(), first);
        steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT);
        steer(datagram.later(kSplit + 64), SS_REASON_FRAGMENT);
    }
    __u32 state() { return ss_call_state(call(kCall).value); }
};

/// Bytes of a packet with one bit turned over, some bytes before its end.
Bytes spoilt(const Packet &packet) {
    Bytes bytes = packet.bytes();
    bytes.at(bytes.size() - 9) ^= 0x10;
    return bytes;
}

} // namespace

TEST_CASE("a first fragment alone makes no entry", "[whole]") {
    const Datagram invite = datagram_of(request("INVITE", kCall));
    Whole farm;
    const Outcome first = farm.run(invite.first());
    CHECK(first.reason == SS_REASON_CALL_NEW);
    CHECK(farm.entries().empty());
    farm.steer(invite.later(kSplit, 64), SS_REASON_FRAGMENT);
    CHECK(farm.entries().empty());
    CHECK(farm.steer(invite.later(kSplit + 64), SS_REASON_FRAGMENT) ==
          Farm::ring_server(call_hash(kCall)));
    CHECK(farm.state() == SS_CALL_EARLY);
    CHECK(farm.entries().size() == 1);
}

TEST_CASE("fragmented messages lead a call through its life", "[whole]") {
    Whole farm;
    farm.send(datagram_of(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    CHECK(farm.state() == SS_CALL_EARLY);
    farm.send(datagram_of(request("INVITE", kCall)), SS_REASON_CALL_HIT); // a copy
    CHECK(farm.state() == SS_CALL_EARLY);
    farm.send(datagram_of(request("INFO", kCall)), SS_REASON_CALL_HIT);
    CHECK(farm.state() == SS_CALL_EARLY);
    farm.send(datagram_of(request("CANCEL", kCall)), SS_REASON_CALL_HIT);
    CHECK(farm.state() == SS_CALL_CLOSING);
}

TEST_CASE("a fragmented BYE ends a call when it is whole", "[whole]") {
    const Datagram bye = datagram_of(request("BYE", kCall));
    Whole farm;
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    CHECK(farm.steer(bye.first(), SS_REASON_CALL_HIT) == 2);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
    SECTION("its checksum is right") {
        CHECK(farm.steer(bye.later(), SS_REASON_FRAGMENT) == 2);
        CHECK(farm.state() == SS_CALL_CLOSING);
    }
    SECTION("its checksum is wrong") {
        CHECK(farm.run(spoilt(bye.later())).reason == SS_REASON_FRAGMENT);
        CHECK(farm.state() == SS_CALL_CONFIRMED);
    }
    SECTION("a part that overlaps is dropped and counts for nothing") {
        CHECK(farm.steer(bye.later(kSplit, 64), SS_REASON_FRAGMENT) == 2);
        CHECK(farm.run(bye.later(kSplit, 64)).reason == SS_REASON_FRAGMENT_ABSURD);
        CHECK(farm.steer(bye.later(kSplit + 64), SS_REASON_FRAGMENT) == 2);
        CHECK(farm.state() == SS_CALL_CLOSING);
    }
    SECTION("in another order") {
        CHECK(farm.steer(bye.later(kSplit + 64), SS_REASON_FRAGMENT) == 2);
        CHECK(farm.state() == SS_CALL_CONFIRMED);
        CHECK(farm.steer(bye.later(kSplit, 64), SS_REASON_FRAGMENT) == 2);
        CHECK(farm.state() == SS_CALL_CLOSING);
    }
}

TEST_CASE("a later fragment with a wrong checksum of IPv4's header makes no datagram whole",
          "[whole]") {
    const Datagram invite{false, 4712, request("INVITE", kCall) + std::string(301, 'x')};
    const bool held = GENERATE(false, true);
    Whole farm;
    Bytes wrong = invite.later().bytes();
    wrong.at(14 + 1) ^= 0x10; // the service class
    if (!held) {
        farm.steer(invite.first(), SS_REASON_CALL_NEW);
    }
    const Outcome outcome = farm.run(wrong);
    CHECK(outcome.reason == SS_REASON_FRAGMENT_ABSURD);
    CHECK(outcome.action == XDP_DROP);
    CHECK(farm.entries().empty());
    if (held) {
        farm.steer(invite.first(), SS_REASON_CALL_NEW);
        CHECK(farm.entries().empty());
    }
    farm.steer(invite.later(), SS_REASON_FRAGMENT);
    CHECK(farm.state() == SS_CALL_EARLY);
}

TEST_CASE("a datagram that is not as long as its UDP header says changes nothing", "[whole]") {
    Datagram bye = datagram_of(request("BYE", kCall));
    Whole farm;
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    farm.steer(bye.first(), SS_REASON_CALL_HIT);
    farm.steer(bye.any(kSplit, 8, false), SS_REASON_FRAGMENT);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
}

TEST_CASE("without a checksum over IPv4, the length decides", "[whole]") {
    Datagram bye = datagram_of(request("BYE", kCall));
    Bytes first = bye.first().bytes();
    const std::size_t udp = bye.ipv6 ? 14 + 40 + 8 : 14 + 20;
    first.at(udp + 6) = first.at(udp + 7) = 0;
    Whole farm;
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    CHECK(farm.run(first).reason == SS_REASON_CALL_HIT);
    farm.steer(bye.later(), SS_REASON_FRAGMENT);
    CHECK(farm.state() == (bye.ipv6 ? SS_CALL_CONFIRMED : SS_CALL_CLOSING));
}

TEST_CASE("where checksums are made later, the length decides", "[whole]") {
    const Datagram bye = datagram_of(request("BYE", kCall));
    Whole farm;
    farm.sums_come_later();
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    farm.steer(bye.first(), SS_REASON_CALL_HIT);
    CHECK(farm.run(spoilt(bye.later())).reason == SS_REASON_FRAGMENT);
    CHECK(farm.state() == SS_CALL_CLOSING);
}

TEST_CASE("headers that a server wants may stand behind the first fragment", "[whole]") {
    Datagram invite =
        datagram_of("INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: " + kCall +
                    "\r\nX: " + std::string(260, 'x') +
                    "\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n");
    Whole farm;
    farm.steer(invite.first(), SS_REASON_CALL_NEW);
    farm.steer(invite.later(), SS_REASON_FRAGMENT);
    CHECK(farm.state() == SS_CALL_EARLY);
    // Which attempt it was is not known: what looks like the end of another one ends none.
    farm.steer(to_vip(request("CANCEL", kCall)), SS_REASON_CALL_HIT);
    CHECK(farm.state() == SS_CALL_CLOSING);
}

TEST_CASE("what a first fragment shows to be no message makes no entry", "[whole]") {
    Datagram invite = datagram_of("INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: " + kCall +
                                  "\r\nCSeq: 1 INVITE\r\n\r\n");
    Whole farm;
    farm.send(invite, SS_REASON_DOUBTFUL);
    CHECK(farm.entries().empty());
}

TEST_CASE("the fragment that makes a call is counted for it", "[whole]") {
    const Datagram invite = datagram_of(request("INVITE", kCall));
    Whole farm;
    farm.send(invite, SS_REASON_CALL_NEW);
    const __u32 server = Farm::ring_server(call_hash(kCall));
    CHECK(farm.server_counters(server).new_calls == 1);
    CHECK(farm.messages(invite.ipv6 ? 2 : 1, SS_METHOD_INVITE) == 1);
}

TEST_CASE("a call stays where its first fragment went", "[whole]") {
    const Datagram invite = datagram_of(request("INVITE", kCall));
    Whole farm;
    const __u32 server = farm.steer(invite.first(), SS_REASON_CALL_NEW);
    farm.server(server, {.flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD}); // drained meanwhile
    farm.steer(invite.later(), SS_REASON_FRAGMENT);
    CHECK(ss_call_server(farm.call(kCall).value) == server);
}

TEST_CASE("a message whose first fragment comes last does its work with that", "[whole]") {
    const Datagram bye = datagram_of(request("BYE", kCall));
    Whole farm;
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    const bool right = GENERATE(true, false);
    CHECK(farm.run(bye.later(kSplit + 64)).reason == SS_REASON_FRAGMENT_HELD);
    const Packet middle = bye.later(kSplit, 64);
    CHECK(farm.run(right ? middle.bytes() : spoilt(middle)).reason == SS_REASON_FRAGMENT_HELD);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
    CHECK(farm.steer(bye.first(), SS_REASON_CALL_HIT) == 2);
    CHECK(farm.state() == (right ? SS_CALL_CLOSING : SS_CALL_CONFIRMED));
    CHECK_FALSE(farm.fragment(bye.key()));
}

TEST_CASE("one fragment is held, the last one comes after the first", "[whole]") {
    const Datagram invite = datagram_of(request("INVITE", kCall));
    Whole farm;
    CHECK(farm.run(invite.later(kSplit, 64)).reason == SS_REASON_FRAGMENT_HELD);
    farm.steer(invite.first(), SS_REASON_CALL_NEW);
    CHECK(farm.entries().empty());
    farm.steer(invite.later(kSplit + 64), SS_REASON_FRAGMENT);
    CHECK(farm.state() == SS_CALL_EARLY);
}

TEST_CASE("what is held of a datagram that is not as long as it says counts for nothing",
          "[whole]") {
    Datagram bye = datagram_of(request("BYE", kCall));
    Whole farm;
    farm.plant(call_hash(kCall), SS_CALL_CONFIRMED, 2);
    farm.sums_come_later();
    CHECK(farm.run(bye.any(kSplit, 8, false)).reason == SS_REASON_FRAGMENT_HELD);
    farm.steer(bye.first(), SS_REASON_CALL_HIT);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
}

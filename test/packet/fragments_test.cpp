// SPDX-License-Identifier: Apache-2.0
//
// Later fragments follow the first one, as long as they are what a sender makes.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::size_t kSplit = Datagram::kSplit;
const std::string kCall = "fragment@example.com"; // Datagram's

Outcome check_dropped(Farm &farm, const Packet &packet, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == reason);
    return outcome;
}

} // namespace

TEST_CASE("later fragments go where the first one went", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(server == Farm::ring_server(call_hash(kCall)));
    const auto known = farm.fragment(datagram.key());
    REQUIRE(known);
    CHECK(known->service == (datagram.ipv6 ? 2 : 1));
    CHECK(known->server == server);
    CHECK(DataPlane::fragment_now() - known->since < 100);

    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
    CHECK(farm.fragment(datagram.key()));
    CHECK(farm.steer(datagram.later(kSplit + 64), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key())); // complete
    CHECK(farm.server_counters(server).sent.packets == 3);
    CHECK(farm.server_counters(server).new_calls == 1);
    CHECK(farm.service_traffic(datagram.ipv6 ? 2 : 1).packets == 3);
    CHECK(farm.messages(datagram.ipv6 ? 2 : 1, SS_METHOD_INVITE) == 1);
    CHECK(farm.held().empty());
}

TEST_CASE("later fragments in any order", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.steer(datagram.later(kSplit + 128), SS_REASON_FRAGMENT) == server);
    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
    CHECK(farm.fragment(datagram.key()));
    CHECK(farm.steer(datagram.later(kSplit + 64, 64), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("an id may be used again once its datagram is complete", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    farm.steer(datagram.later(), SS_REASON_FRAGMENT);
    check_dropped(farm, datagram.later(), SS_REASON_FRAGMENT_HELD);
    farm.steer(datagram.first(), SS_REASON_CALL_HIT);
    CHECK_FALSE(farm.fragment(datagram.key())); // complete with what was held
    farm.steer(datagram.first(), SS_REASON_CALL_HIT);
    farm.steer(datagram.later(), SS_REASON_FRAGMENT);
}

TEST_CASE("more gaps than are followed: the fragments still go to the server", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    for (std::size_t i = 1; i <= 10; i++) {
        CHECK(farm.steer(datagram.later(kSplit + 16 * i, 8), SS_REASON_FRAGMENT) == server);
    }
    for (std::size_t i = 1; i <= 10; i++) {
        CHECK(farm.steer(datagram.later(kSplit + 16 * i - 8, 8), SS_REASON_FRAGMENT) == server);
    }
}

TEST_CASE("what follows a first fragment that no sender makes is dropped, not held",
          "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_dropped(farm, datagram.first(kSplit - 3), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.later(), SS_REASON_FRAGMENT);
    CHECK(farm.held().empty());
    // One that comes while another datagram of its id is under way changes nothing for that.
    const Datagram other{datagram.ipv6, 8};
    const __u32 server = farm.steer(other.first(), SS_REASON_CALL_NEW);
    check_dropped(farm, other.first(kSplit - 3), SS_REASON_FRAGMENT_ABSURD);
    CHECK(farm.steer(other.later(), SS_REASON_FRAGMENT) == server);
}

TEST_CASE("a fragment that overlaps one before it is dropped", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    farm.steer(datagram.later(kSplit + 64, 64), SS_REASON_FRAGMENT);
    struct Row {
        std::size_t offset, length;
    };
    for (const Row &row : {
             Row{kSplit - 8, 8},       // the first one's end
             Row{kSplit - 8, 16},      //
             Row{8, 8},                // its inside
             Row{kSplit + 64, 64},     // the other one twice
             Row{kSplit + 64, 8},      // its start
             Row{kSplit + 120, 8},     // its end
             Row{kSplit + 56, 16},     // across its start
             Row{kSplit + 120, 16},    // across its end
             Row{kSplit + 56, 80},     // around it
             Row{kSplit + 80, 8},      // its inside
             Row{kSplit - 8, 64 + 16}, // both
         }) {
        INFO(row.offset << "+" << row.length);
        check_dropped(farm, datagram.later(row.offset, row.length), SS_REASON_FRAGMENT_ABSURD);
    }
    // Those that fit still pass.
    CHECK(farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT) == server);
    CHECK(farm.steer(datagram.later(kSplit + 128), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("a fragment that comes twice is dropped the second time", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    farm.steer(datagram.later(kSplit + 64), SS_REASON_FRAGMENT);
    check_dropped(farm, datagram.later(kSplit + 64), SS_REASON_FRAGMENT_ABSURD);
    farm.steer(datagram.later(kSplit, 64), SS_REASON_FRAGMENT);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("fragments that no sender makes are dropped, not held", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    if (GENERATE(false, true)) { // of a datagram that is known, too
        farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    }
    check_dropped(farm, datagram.any(kSplit, 0, false), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(kSplit, 0, true), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(kSplit, 12, true), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(kSplit, 7, true), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(65528, 8, false), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(65520, 16, true), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.any(65000, 600, false), SS_REASON_FRAGMENT_ABSURD);
    CHECK(farm.held().empty());
    // The last one that fits: 65535 bytes in all.
    const Outcome outcome = farm.run(datagram.any(65528, 7, false));
    CHECK(outcome.reason != SS_REASON_FRAGMENT_ABSURD);
}

TEST_CASE("a first fragment that no sender makes is dropped", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_dropped(farm, datagram.first(kSplit + 1), SS_REASON_FRAGMENT_ABSURD);
    check_dropped(farm, datagram.first(kSplit + 7), SS_REASON_FRAGMENT_ABSURD);
    CHECK(farm.fragment(datagram.key()).value().server == SS_FRAGMENT_DROP);
    CHECK(farm.entries().empty());
}

TEST_CASE("a later fragment for another address is left to the kernel", "[fragments]") {
    Farm farm;
    const Outcome outcome = farm.run(Packet()
                                         .eth()
                                         .ipv4(kClient, "198.51.100.2")
                                         .fragment(kSplit, false, 7)
                                         .protocol(17)
                                         .payload("x"));
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.reason == SS_REASON_NOT_SERVICE);
}

TEST_CASE("a later fragment of another protocol is left to the kernel", "[fragments]") {
    Farm farm;
    const auto protocol = GENERATE(std::uint8_t{1}, std::uint8_t{6}, std::uint8_t{58});
    const Outcome outcome = farm.run(Packet()
                                         .eth()
                                         .ipv4(kClient, kVip)
                                         .fragment(kSplit, false, 7)
                                         .protocol(protocol)
                                         .payload("x"));
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.reason == SS_REASON_NOT_UDP);
}

TEST_CASE("fragments come into their server's VLAN, too", "[fragments][vlan]") {
    Farm farm;
    const Datagram datagram;
    farm.server(5, {.vlan = 100});
    farm.ring(0, {5});
    farm.run(datagram.first());
    const Outcome outcome = farm.run(datagram.later());
    CHECK(outcome.action == XDP_TX);
    check_frame(outcome.frame, addressed_to(datagram.later().vlan(100).bytes(), 5));
}

TEST_CASE("a server that is gone gets no later fragment", "[fragments]") {
    Farm farm;
    const Datagram datagram;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    farm.server(server, {.flags = SS_SERVER_IN_USE});
    check_dropped(farm, datagram.later(), SS_REASON_NO_SERVER);
}

TEST_CASE("IPv6: an extension header behind the fragment header", "[fragments]") {
    // Later fragments name that header, not UDP (RFC 8200, 4.5). It is part of what is cut into
    // fragments.
    Farm farm;
    const Datagram datagram{true};
    const Packet first = datagram.first(kSplit - 8).destination_options();
    const __u32 server = farm.steer(first, SS_REASON_CALL_NEW);
    const auto later = [&datagram](std::size_t offset) {
        return Packet()
            .eth()
            .ipv6(kClient6, kVip6)
            .fragment(static_cast<std::uint16_t>(offset), false, datagram.id)
            .protocol(60)
            .payload(datagram.message.substr(offset - 16));
    };
    check_dropped(farm, later(kSplit - 8), SS_REASON_FRAGMENT_ABSURD); // overlaps
    CHECK(farm.steer(later(kSplit), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("a first fragment without a Call-ID goes by its source", "[fragments]") {
    Datagram datagram{GENERATE(false, true)};
    datagram.message = request_without_call_id("INVITE") + std::string(200, 'x');
    bool taken = false;
    SECTION("there is none") {}
    SECTION("it is in a later fragment") {
        taken = true;
        datagram.message = "INVITE sip:bob@example.com SIP/2.0\r\nX: " + std::string(300, 'x') +
                           "\r\nCall-ID: late@example.com\r\n\r\n";
    }
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_ID_BEYOND);
    CHECK(server == Farm::ring_server(source_hash(datagram.source)));
    CHECK(farm.entries().empty());
    CHECK(farm.steer(datagram.later(), SS_REASON_FRAGMENT) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
    CHECK_FALSE(farm.entry(source_hash(datagram.source), 0)); // it is the INVITE's own
    CHECK(farm.load(server).live == taken);
}

TEST_CASE("a second first fragment does not take the datagram elsewhere", "[fragments]") {
    Farm farm;
    Datagram datagram{false};
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    const Outcome repeated = farm.run(datagram.first());
    CHECK(repeated.action == XDP_DROP);
    CHECK(repeated.reason == SS_REASON_FRAGMENT_ABSURD);
    CHECK(farm.steer(datagram.later(), SS_REASON_FRAGMENT) == server);
}

TEST_CASE("a Call-ID cut by the end of the first fragment is none", "[fragments]") {
    const std::string name = "a84b4c76e66710@pc33.example.com.the-longest-name-in-the-world";
    Farm farm;
    for (const bool ipv6 : {false, true}) {
        for (std::size_t filler = 0; filler < name.size() + 24; filler++) {
            Datagram datagram{ipv6, static_cast<__u32>(filler + 1)};
            const std::string start = "INVITE sip:b SIP/2.0\r\nX: ";
            const std::size_t padding = kSplit - 8 - start.size() - name.size() - 24 + filler;
            const std::string head = start + std::string(padding, 'x') + "\r\nCall-ID: " + name;
            datagram.message = head + "\r\n" + std::string(100, 'y');
            INFO(filler << ", IPv6 " << ipv6);
            farm.forget_calls();
            // Whether the value is all there is known from what follows it.
            const bool whole = 8 + head.size() < kSplit;
            const __u32 server =
                farm.steer(datagram.first(), whole ? SS_REASON_CALL_NEW : SS_REASON_CALL_ID_BEYOND);
            const auto hash = whole ? call_hash(name) : source_hash(datagram.source);
            CHECK(server == Farm::ring_server(hash));
            CHECK(farm.entries().empty());
            farm.steer(datagram.later(), SS_REASON_FRAGMENT);
            CHECK(farm.entry(hash, 0).has_value() == whole);
            CHECK(farm.entries().size() == 1);
        }
    }
}

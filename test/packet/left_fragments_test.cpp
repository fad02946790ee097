// SPDX-License-Identifier: Apache-2.0
//
// Fragments that no server gets: what follows a first one that was passed or dropped goes the same
// way, instead of being held for nothing.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::size_t kSplit = Datagram::kSplit;

/// A datagram without a Call-ID in its first fragment.
Datagram without_call_id(bool ipv6) {
    Datagram datagram{ipv6};
    datagram.message = request_without_call_id("INVITE") + std::string(200, 'x');
    return datagram;
}

/// Its first fragment as if it were for port 53 of the VIP, or of another address.
Packet foreign_first(const Datagram &datagram, std::string_view vip) {
    const Packet ip =
        datagram.ipv6 ? Packet().eth().ipv6(kClient6, vip) : Packet().eth().ipv4(kClient, vip);
    return Packet(ip)
        .fragment(0, true, datagram.id)
        .udp(5060, 53)
        .udp_length(static_cast<std::uint16_t>(datagram.size()))
        .payload(datagram.message.substr(0, kSplit - 8));
}

void check_left(Farm &farm, const Packet &packet, ss_verdict verdict, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.reason == reason);
    CHECK(outcome.verdict == verdict);
}

/// The rest of the datagram goes one way, in any order, and then it is forgotten.
void check_rest(Farm &farm, const Datagram &datagram, ss_verdict verdict, __u16 service) {
    const auto known = farm.fragment(datagram.key());
    REQUIRE(known);
    CHECK(known->server == (verdict == SS_VERDICT_PASS ? SS_FRAGMENT_PASS : SS_FRAGMENT_DROP));
    CHECK(known->service == service);
    check_left(farm, datagram.later(kSplit + 64), verdict, SS_REASON_FRAGMENT);
    CHECK(farm.fragment(datagram.key()));
    // One that overlaps is refused here, too.
    check_left(farm, datagram.later(kSplit + 64, 8), SS_VERDICT_DROP, SS_REASON_FRAGMENT_ABSURD);
    check_left(farm, datagram.later(kSplit, 64), verdict, SS_REASON_FRAGMENT);
    CHECK_FALSE(farm.fragment(datagram.key()));
    CHECK(farm.held().empty());
}

} // namespace

TEST_CASE("a datagram for another port of the VIP is passed whole", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    check_left(farm, foreign_first(datagram, datagram.ipv6 ? kVip6 : kVip), SS_VERDICT_PASS,
               SS_REASON_NOT_SERVICE);
    check_rest(farm, datagram, SS_VERDICT_PASS, SS_FRAGMENT_NO_SERVICE);
    CHECK(farm.service_traffic(1).packets == 0);
    CHECK(farm.service_traffic(2).packets == 0);
    // The id may come again for a service.
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(farm.steer(datagram.later(), SS_REASON_FRAGMENT) == server);
}

TEST_CASE("a datagram for no VIP is not remembered", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    const char *address = datagram.ipv6 ? "2001:db8:100::2" : "198.51.100.2";
    Farm farm;
    check_left(farm, foreign_first(datagram, address), SS_VERDICT_PASS, SS_REASON_NOT_SERVICE);
    CHECK_FALSE(farm.fragment(fragment_key(datagram.source, address, datagram.id)));
}

TEST_CASE("fragments follow a first one without a Call-ID that was left", "[fragments]") {
    const Datagram datagram = without_call_id(GENERATE(false, true));
    const bool pass = GENERATE(false, true);
    const ss_verdict verdict = pass ? SS_VERDICT_PASS : SS_VERDICT_DROP;
    Farm farm;
    farm.pool(0, SS_POOL_STATEFUL, pass ? SS_NO_CALL_ID_PASS : SS_NO_CALL_ID_DROP);
    check_left(farm, datagram.first(), verdict, SS_REASON_CALL_ID_BEYOND);
    const __u16 service = datagram.ipv6 ? 2 : 1;
    check_rest(farm, datagram, verdict, service);
    CHECK(farm.service_traffic(service).packets == 4);
    CHECK(farm.entries().empty());
}

TEST_CASE("fragments follow a first one that no server takes", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    const __u16 service = datagram.ipv6 ? 2 : 1;
    Farm farm;
    ss_verdict verdict = SS_VERDICT_DROP;
    std::optional<ss_verdict> of_first; // if it is another one than the rest's
    ss_reason reason = SS_REASON_NO_SERVER;
    SECTION("no server") {
        farm.ring(0, {});
    }
    SECTION("no server, answered") {
        farm.ring(0, {});
        farm.when_down(0, SS_WHEN_DOWN_REJECT);
        of_first = SS_VERDICT_REJECT;
    }
    SECTION("no server, passed") {
        farm.ring(0, {});
        farm.when_down(0, SS_WHEN_DOWN_PASS);
        verdict = SS_VERDICT_PASS;
    }
    SECTION("all at their limits") {
        farm.server(0, {.most_calls = 1});
        farm.set_load(0, 1);
        farm.ring(0, {0});
        reason = SS_REASON_POOL_FULL;
    }
    SECTION("no pool") {
        farm.service(service, datagram.ipv6 ? kVip6 : kVip, 5060, 9);
    }
    check_left(farm, datagram.first(), of_first.value_or(verdict), reason);
    check_rest(farm, datagram, verdict, service);
    CHECK(farm.rejected().size() == (of_first ? 1 : 0));
}

TEST_CASE("fragments beyond the datagram's end, and a second end", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    const std::size_t end = kSplit + 128;
    CHECK(server_of(farm.run(datagram.any(kSplit + 64, 64, false))) == server);
    const auto absurd = [&](std::size_t offset, std::size_t length, bool more) {
        INFO(offset << "+" << length << (more ? ", more" : ""));
        check_left(farm, datagram.any(offset, length, more), SS_VERDICT_DROP,
                   SS_REASON_FRAGMENT_ABSURD);
    };
    absurd(end, 8, true);           // behind the end
    absurd(end, 8, false);          //
    absurd(end + 800, 8, true);     // far behind it
    absurd(end + 800, 8, false);    //
    absurd(kSplit, 64, false);      // a second end, before the first
    absurd(kSplit, 128 + 8, true);  // across the end
    absurd(kSplit + 64, 64, false); // the end twice
    CHECK(farm.fragment(datagram.key()));
    CHECK(server_of(farm.run(datagram.any(kSplit, 64, true))) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

TEST_CASE("a last fragment before what has passed", "[fragments]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    const __u32 server = farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    CHECK(server_of(farm.run(datagram.any(kSplit + 64, 64, true))) == server);
    check_left(farm, datagram.any(kSplit, 64, false), SS_VERDICT_DROP, SS_REASON_FRAGMENT_ABSURD);
    CHECK(server_of(farm.run(datagram.any(kSplit + 128, 5, false))) == server);
    CHECK(server_of(farm.run(datagram.any(kSplit, 64, true))) == server);
    CHECK_FALSE(farm.fragment(datagram.key()));
}

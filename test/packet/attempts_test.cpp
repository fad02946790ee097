// SPDX-License-Identifier: Apache-2.0
//
// Call attempts that fail: their ACK has the INVITE's Request-URI and topmost Via (RFC 3261,
// 17.1.1.3), that of a 200 another branch.
#include "farm.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kCall = "attempt@example.com";

class Attempt : public Farm {
public:
    __u32 send(const std::string &message, ss_reason reason = SS_REASON_CALL_HIT) {
        return steer(to_vip(message), reason);
    }

    /// The call's state.
    __u32 state() { return ss_call_state(call(kCall).value); }

    /// Live calls of all servers.
    __s64 live() {
        __s64 calls = 0;
        for (__u32 server = 0; server < kServers; server++) {
            calls += load(server).live;
        }
        return calls;
    }
};

std::string replaced(std::string message, const std::string &what, const std::string &by) {
    const auto at = message.find(what);
    REQUIRE(at != std::string::npos);
    return message.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("the ACK of a failure ends the attempt", "[attempts]") {
    Attempt attempt;
    const __u32 server = attempt.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    CHECK(attempt.live() == 1);
    CHECK(attempt.send(ack_of_failure(kCall)) == server);
    CHECK(attempt.state() == SS_CALL_CLOSING);
    CHECK(attempt.live() == 0);
    CHECK(attempt.send(ack_of_failure(kCall)) == server); // once more: the answer came again
    CHECK(attempt.state() == SS_CALL_CLOSING);
}

TEST_CASE("the ACK of a 200 confirms the call", "[attempts]") {
    Attempt attempt;
    attempt.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    attempt.send(request("ACK", kCall));
    CHECK(attempt.state() == SS_CALL_CONFIRMED);
}

TEST_CASE("a call that is challenged is tried again with credentials", "[attempts]") {
    Attempt attempt;
    const auto again =
        replaced(request("INVITE", kCall), "z9hG4bK776asdhdsINVITE", "z9hG4bKanother");
    const __u32 server = attempt.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    attempt.send(ack_of_failure(kCall)); // 407
    CHECK(attempt.send(again) == server);
    CHECK(attempt.state() == SS_CALL_EARLY);
    SECTION("and answered") {
        attempt.send(request("ACK", kCall));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
    SECTION("the first attempt's ACK comes once more") {
        attempt.send(ack_of_failure(kCall));
        CHECK(attempt.state() == SS_CALL_CONFIRMED); // the safe side: nothing is taken away
    }
    SECTION("and refused") {
        attempt.send(replaced(ack_of_failure(kCall), "z9hG4bK776asdhdsINVITE", "z9hG4bKanother"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("and given up") {
        attempt.send(request("CANCEL", kCall));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
}

TEST_CASE("a re-INVITE that fails ends no call", "[attempts]") {
    Attempt attempt;
    attempt.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    attempt.send(request("ACK", kCall));
    attempt.send(request("INVITE", kCall));
    attempt.send(ack_of_failure(kCall)); // 491
    CHECK(attempt.state() == SS_CALL_CONFIRMED);
    CHECK(attempt.live() == 1);
}

TEST_CASE("what does not look like the INVITE's own ACK confirms", "[attempts]") {
    const auto *old = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    auto invite = request("INVITE", kCall);
    auto ack = ack_of_failure(kCall);
    SECTION("to another Request-URI: a client without branches (RFC 2543), acknowledging a 200") {
        invite = replaced(invite, old, "Via: SIP/2.0/UDP 192.0.2.7:5060\r\n");
        ack = replaced(ack, old, "Via: SIP/2.0/UDP 192.0.2.7:5060\r\n");
        ack = replaced(ack, "ACK sip:bob@example.com ", "ACK sip:bob@203.0.113.9:5062 ");
    }
    SECTION("a folded Via: its branch is not seen") {
        const auto *folded = "Via: SIP/2.0/UDP 192.0.2.7:5060\r\n ;branch=z9hG4bK776\r\n";
        invite = replaced(invite, old, folded);
        ack = replaced(ack, old, folded);
    }
    SECTION("no Via") {
        invite = replaced(invite, old, "");
        ack = replaced(ack, old, "");
    }
    Attempt attempt;
    attempt.send(invite, SS_REASON_CALL_NEW);
    attempt.send(ack);
    CHECK(attempt.state() == SS_CALL_CONFIRMED);
}

TEST_CASE("an attempt is known by the topmost Via value, not by its line", "[attempts]") {
    // RFC 3261, 7.3.1: one header may hold several values. The ACK has the first alone (17.1.1.3).
    const std::string old = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    const std::string value = "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE";
    const std::string behind = GENERATE(
        as<std::string>(), ",SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKfar", " \t, SIP/2.0/UDP 192.0.2.9",
        ",\r\n SIP/2.0/UDP 192.0.2.9", ",", " ,,", " , a, b, c");
    Attempt attempt;
    attempt.send(replaced(request("INVITE", kCall), old, "v: " + value + behind + "\r\n"),
                 SS_REASON_CALL_NEW);
    SECTION("its own ACK ends it") {
        attempt.send(ack_of_failure(kCall));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("one of another branch confirms the call") {
        attempt.send(replaced(ack_of_failure(kCall), "hdsINVITE", "hdsANOTHER"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
}

TEST_CASE("an ACK in another spelling of its header names, from a client behind two proxies",
          "[attempts]") {
    const auto *old = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    Attempt attempt;
    attempt.send(replaced(request("INVITE", kCall), old,
                          std::string(old) + "Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKfar\r\n"),
                 SS_REASON_CALL_NEW);
    attempt.send(replaced(ack_of_failure(kCall), "Via:", "v :"));
    CHECK(attempt.state() == SS_CALL_CLOSING);
}

// SPDX-License-Identifier: Apache-2.0
//
// Call attempts that fail: their ACK has the INVITE's Request-URI and topmost Via (RFC 3261,
// 17.1.1.3), that of a 200 another branch.
#include "attempts.hpp"

using namespace sipsteer::test;

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
        CHECK(attempt.state() == SS_CALL_EARLY);
    }
    SECTION("and refused") {
        attempt.send(replaced(ack_of_failure(kCall), "z9hG4bK776asdhdsINVITE", "z9hG4bKanother"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("and given up") {
        attempt.send(kCancel); // a late one of the first attempt
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kCancel, "another"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("the first INVITE comes once more") {
        attempt.send(kInvite);
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kRefused, "another"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    CHECK(attempt.live() == (attempt.state() != SS_CALL_CLOSING));
}

TEST_CASE("branches of a call that a proxy forks run at once", "[attempts]") {
    Attempt attempt; // RFC 3261, 16.7
    attempt.send(branch(kInvite, "f1", "desk"), SS_REASON_CALL_NEW);
    attempt.send(branch(kInvite, "f2", "mobile"));
    attempt.send(branch(kInvite, "f3", "home"));
    attempt.send(branch(kInvite, "f2", "mobile")); // retransmitted
    attempt.send(branch(kCancel, "f2", "mobile"));
    CHECK(attempt.state() == SS_CALL_EARLY);
    attempt.send(branch(kRefused, "f2", "mobile"));
    attempt.send(branch(kRefused, "f2", "mobile"));
    CHECK(attempt.state() == SS_CALL_EARLY);
    SECTION("one is answered, another cancelled behind it") {
        attempt.send(branch(kRefused, "a1", "desk"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
        attempt.send(branch(kCancel, "f3", "home"));
        attempt.send(branch(kRefused, "f3", "home"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
    SECTION("the others are cancelled, then one is answered all the same") {
        attempt.send(branch(kCancel, "f1", "desk"));
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kCancel, "f3", "home"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
        attempt.send(branch(kRefused, "f3", "home"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
        attempt.send(branch(kRefused, "a1", "desk"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
    SECTION("all are refused, the last one first") {
        attempt.send(branch(kRefused, "f3", "home"));
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kRefused, "f3", "home"));
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kRefused, "f1", "desk"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    CHECK(attempt.live() == (attempt.state() != SS_CALL_CLOSING));
}

TEST_CASE("a call is redirected from one target to the next", "[attempts]") {
    Attempt attempt;
    attempt.send(kInvite, SS_REASON_CALL_NEW);
    for (int i = 0; i < 20; i++) {
        const std::string name = std::to_string(i);
        attempt.send(branch(kInvite, name, "target" + name));
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(
            i == 0 ? kRefused // the first answer came late
                   : branch(kRefused, std::to_string(i - 1), "target" + std::to_string(i - 1)));
        CHECK(attempt.state() == SS_CALL_EARLY);
    }
    attempt.send(branch(kRefused, "19", "target19"));
    CHECK(attempt.state() == SS_CALL_CLOSING);
    attempt.send(branch(kRefused, "7", "target7"));
    CHECK(attempt.state() == SS_CALL_CLOSING);
}

TEST_CASE("a client that gives the ACK of a 200 its INVITE's branch", "[attempts]") {
    Attempt attempt;
    attempt.send(kInvite, SS_REASON_CALL_NEW);
    attempt.send(kRefused);
    CHECK(attempt.state() == SS_CALL_CLOSING);
    SECTION("shows by what it sends next that the call was answered") {
        const auto next =
            GENERATE(as<std::string>(), request("INFO", kCall), request("UPDATE", kCall),
                     request("REFER", kCall), branch(with_to_tag(request("INVITE", kCall)), "re"),
                     with_to_tag(request("NOTIFY", kCall)));
        attempt.send(next);
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
        CHECK(attempt.live() == 1);
    }
    SECTION("but not by a late PRACK, or by what is of no dialog") {
        attempt.send(GENERATE(as<std::string>(), request("PRACK", kCall), request("OPTIONS", kCall),
                              request("NOTIFY", kCall), kInvite, kCancel, kRefused));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("nor after a BYE") {
        attempt.send(request("BYE", kCall));
        attempt.send(GENERATE(as<std::string>(), request("INFO", kCall),
                              branch(with_to_tag(request("INVITE", kCall)), "re"),
                              request("ACK", kCall)));
        CHECK(attempt.state() == SS_CALL_CLOSING);
        attempt.send(branch(kInvite, "anew")); // a new call, by the same Call-ID
        CHECK(attempt.state() == SS_CALL_EARLY);
        attempt.send(branch(kCancel, "anew"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
}

TEST_CASE("a CANCEL of no attempt that the call has ends none", "[attempts]") {
    Attempt attempt; // RFC 3261, 9.2: a server answers it with 481
    attempt.send(kInvite, SS_REASON_CALL_NEW);
    attempt.send(branch(kCancel, "other"));
    CHECK(attempt.state() == SS_CALL_EARLY);
    attempt.send(replaced(kCancel, " sip:bob@", " sip:carol@"));
    CHECK(attempt.state() == SS_CALL_EARLY);
    attempt.send(kCancel);
    CHECK(attempt.state() == SS_CALL_CLOSING);
}

TEST_CASE("attempts that cannot be told apart", "[attempts]") {
    const auto *via = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    const auto *folded = "Via: SIP/2.0/UDP 192.0.2.7:5060\r\n ;branch=776\r\n"; // not unique
    Attempt attempt;
    attempt.send(replaced(kInvite, via, folded), SS_REASON_CALL_NEW);
    SECTION("are ended by any CANCEL, and stay so") {
        attempt.send(kCancel);
        CHECK(attempt.state() == SS_CALL_CLOSING);
        attempt.send(replaced(kRefused, via, folded));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("are confirmed by any ACK") {
        attempt.send(GENERATE_COPY(as<std::string>(), kRefused, replaced(kRefused, via, folded)));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
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
    SECTION("a folded Via without a branch that is unique: it is not read") {
        const auto *folded = "Via: SIP/2.0/UDP 192.0.2.7:5060\r\n ;branch=776\r\n";
        invite = replaced(invite, old, folded);
        ack = replaced(ack, old, folded);
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

TEST_CASE("an attempt is known by its branch, however the Via value is written", "[attempts]") {
    const std::string old = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    const std::string branch = "z9hG4bK776asdhdsINVITE";
    const auto spelled = GENERATE_COPY(
        as<std::string>(), "SIP/2.0/UDP 192.0.2.7:5060\r\n ;branch=" + branch,
        "SIP / 2.0 / UDP 192.0.2.7 : 5060 ; rport ; branch = " + branch + " ;ttl=1",
        "\r\n\tSIP/2.0/UDP zebra.example.com;z=zz;branch=" + branch + "\t",
        "SIP/2.0/UDP 192.0.2.7;branch=" + branch + "\r\n\t;received=192.0.2.7",
        "SIP/2.0/UDP 192.0.2.7;branch=" + branch + ",\r\n SIP/2.0/UDP x;branch=z9hG4bKy",
        "SIP/2.0/UDP 192.0.2.7;branch=\r\n " + branch,
        "SIP/2.0/UDP 192.0.2.7;x=z9hG4bKx;z9hG4bKy;branchx=z9hG4bKz;branch=" + branch,
        "SIP/2.0/UDP 192.0.2.7;x=\"\\\";branch=z9hG4bKx\";BRANCH=" + branch,
        "SIP/2.0/UDP z9hG4bK.example.com;branch;branch=1;branch=" + branch + ";branch=z9hG4bKx");
    const bool in_the_ack = GENERATE(false, true);
    Attempt attempt;
    const auto invite = request("INVITE", kCall);
    const auto header = "v:" + spelled + "\r\n";
    attempt.send(in_the_ack ? invite : replaced(invite, old, header), SS_REASON_CALL_NEW);
    SECTION("its own") {
        attempt.send(in_the_ack ? replaced(ack_of_failure(kCall), old, header)
                                : ack_of_failure(kCall));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("another caller's") { // RFC 3261, 19.3
        attempt.send(replaced(kRefused, "tag=1928301774", "tag=1928301775"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
    SECTION("another one") {
        attempt.send(replaced(in_the_ack ? replaced(ack_of_failure(kCall), old, header)
                                         : ack_of_failure(kCall),
                              "asdhdsINVITE", "asdhdsINVITe"));
        CHECK(attempt.state() == SS_CALL_CONFIRMED);
    }
}

TEST_CASE("a client that uses its branch again with credentials begins another attempt",
          "[attempts]") {
    const std::string via = "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhdsINVITE\r\n";
    // RFC 3261, 8.1.1.7 forbids it; a client without branches (RFC 2543) knows no other way.
    const auto spelled = GENERATE_COPY(as<std::string>(), via, "v: SIP/2.0/UDP 192.0.2.7:5060\r\n");
    const auto old = [&](const std::string &message) { return replaced(message, via, spelled); };
    const auto again = [&](const std::string &message, const std::string &method) {
        return replaced(old(message), "CSeq: 1 " + method, "CSeq:\r\n 2  " + method);
    };
    Attempt attempt;
    attempt.send(old(kInvite), SS_REASON_CALL_NEW);
    attempt.send(old(kRefused)); // 407
    attempt.send(old(kInvite));  // a copy
    CHECK(attempt.state() == SS_CALL_CLOSING);
    attempt.send(again(kInvite, "INVITE"));
    CHECK(attempt.state() == SS_CALL_EARLY);
    attempt.send(old(kRefused)); // a copy
    attempt.send(old(kCancel));
    CHECK(attempt.state() == SS_CALL_EARLY);
    SECTION("which is refused") {
        attempt.send(again(kRefused, "ACK"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
    SECTION("which is given up") {
        attempt.send(again(kCancel, "CANCEL"));
        CHECK(attempt.state() == SS_CALL_CLOSING);
    }
}

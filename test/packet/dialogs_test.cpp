// SPDX-License-Identifier: Apache-2.0
//
// The dialogs of a call: a forked INVITE may have several (RFC 3261, 13.2.2.4), and each ends by
// its own BYE.
#include "attempts.hpp"

using namespace sipsteer::test;

namespace {

/// A message of the dialog with this tag of the called side; the called side has sent it if so.
std::string in_dialog(const std::string &method, const std::string &tag, bool called = false) {
    auto message = request(method, kCall);
    if (method == "INVITE") {
        message = with_to_tag(message);
    }
    const std::string own = "tag=calling";
    const std::string other = "tag=" + tag;
    message = replaced(message, "tag=a6c85cf", called ? own : other);
    return replaced(message, "tag=1928301774", called ? other : own);
}

std::string final_answer_to_bye(const std::string &tag) {
    return "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKbye\r\n"
           "f: <sip:bob@example.com>; tag=" +
           tag + " \r\nt: <sip:alice@example.com>;tag = calling ;x=y\r\nCSeq: 9 BYE\r\nCall-ID: " +
           kCall + "\r\nContent-Length: 0\r\n\r\n";
}

/// An INVITE that two have answered; the client has acknowledged both.
class TwiceAnswered : public Attempt {
public:
    TwiceAnswered() {
        send(request("INVITE", kCall), SS_REASON_CALL_NEW);
        send(in_dialog("ACK", "desk"));
        send(in_dialog("ACK", "mobile"));
    }
};

} // namespace

TEST_CASE("a forked call that two have answered goes on in the dialog that is kept", "[dialogs]") {
    TwiceAnswered call;
    SECTION("the client hangs up the second one") { // RFC 3261, 13.2.2.4
        call.send(in_dialog("BYE", "mobile"));
        call.send(in_dialog("BYE", "mobile")); // retransmitted
        CHECK(call.state() == SS_CALL_CONFIRMED);
        call.send(in_dialog("INFO", "desk", true));
        call.send(in_dialog("BYE", "desk", true));
    }
    SECTION("the second one hangs up") {
        call.send(in_dialog("BYE", "mobile", true));
        CHECK(call.state() == SS_CALL_CONFIRMED);
        call.send(in_dialog("BYE", "desk"));
    }
    SECTION("the server hangs up the second one") {
        call.send(final_answer_to_bye("mobile"));
        CHECK(call.state() == SS_CALL_CONFIRMED);
        call.send(final_answer_to_bye("desk"));
    }
    SECTION("the client hangs up the first one, and is heard of in the other") {
        call.send(in_dialog("BYE", "desk"));
        CHECK(call.state() == SS_CALL_CLOSING);
        SECTION("by a request") {
            call.send(in_dialog("INFO", "mobile"));
        }
        SECTION("by a re-INVITE") {
            call.send(in_dialog("INVITE", "mobile", true));
        }
        SECTION("by a late ACK") {
            call.send(in_dialog("ACK", "mobile"));
        }
        CHECK(call.state() == SS_CALL_CONFIRMED);
        call.send(in_dialog("BYE", "desk")); // retransmitted
        CHECK(call.state() == SS_CALL_CONFIRMED);
        call.send(in_dialog("BYE", "mobile"));
    }
    CHECK(call.state() == SS_CALL_CLOSING);
    CHECK(call.live() == 0);
}

TEST_CASE("what comes late of dialogs that are over brings no call back", "[dialogs]") {
    TwiceAnswered call;
    call.send(in_dialog("BYE", "desk"));
    SECTION("of the same dialog") {
        call.send(in_dialog("INFO", "desk"));
        call.send(in_dialog("ACK", "desk"));
        call.send(in_dialog("INVITE", "desk", true));
    }
    SECTION("the ACK of a failure, with a proxy's tag") {
        call.send(replaced(kRefused, "tag=a6c85cf", "tag=proxy"));
    }
    SECTION("of either, when both are over") {
        call.send(in_dialog("BYE", "mobile"));
        call.send(in_dialog("INFO", "mobile"));
        call.send(in_dialog("INFO", "desk"));
    }
    SECTION("without a tag that tells") {
        call.send(replaced(in_dialog("INFO", "mobile"), ";tag=calling", ""));
    }
    CHECK(call.state() == SS_CALL_CLOSING);
    CHECK(call.live() == 0);
}

TEST_CASE("a BYE ends its dialog, however its tags are written", "[dialogs]") {
    TwiceAnswered call;
    const std::string to = "t: \"Bob;tag=no\"\r\n <sip:bob@example.com;tag=no> ; TAG\r\n =\t";
    call.send(replaced(replaced(in_dialog("BYE", "desk"), "To: Bob <sip:bob@example.com>;tag=", to),
                       "From:", "f :"));
    CHECK(call.state() == SS_CALL_CLOSING);
}

TEST_CASE("a BYE without both tags ends no call that has them", "[dialogs]") {
    TwiceAnswered call; // servers refuse it: 481
    call.send(replaced(in_dialog("BYE", "x"), ";tag=x", ""));
    call.send(replaced(in_dialog("BYE", "x"), ";tag=x", ";tag="));
    call.send(replaced(in_dialog("BYE", "desk"), ";tag=calling", ""));
    call.send(replaced(in_dialog("BYE", "desk"), ";tag=calling", ";tag"));
    CHECK(call.state() == SS_CALL_CONFIRMED);
    CHECK(call.live() == 1);
    Attempt without; // RFC 2543: a client that has none at all
    without.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    without.send(replaced(request("ACK", kCall), ";tag=a6c85cf", ""));
    CHECK(without.state() == SS_CALL_CONFIRMED);
    without.send(replaced(request("BYE", kCall), ";tag=a6c85cf", ""));
    CHECK(without.state() == SS_CALL_CLOSING);
}

TEST_CASE("a BYE in one of two early dialogs leaves the other", "[dialogs]") {
    Attempt call; // RFC 3261, 15: the caller may, RFC 3262: both are known to it
    call.send(kInvite, SS_REASON_CALL_NEW);
    call.send(in_dialog("PRACK", "desk"));
    call.send(in_dialog("PRACK", "mobile"));
    call.send(in_dialog("BYE", "desk"));
    CHECK(call.state() == SS_CALL_CLOSING);
    call.send(in_dialog("UPDATE", "desk")); // late
    CHECK(call.state() == SS_CALL_CLOSING);
    SECTION("which goes on early") {
        call.send(in_dialog("UPDATE", "mobile"));
        CHECK(call.state() == SS_CALL_EARLY);
        SECTION("and is cancelled") {
            call.send(kCancel);
            CHECK(call.state() == SS_CALL_CLOSING);
            CHECK(call.live() == 0);
            return;
        }
    }
    call.send(in_dialog("ACK", "mobile"));
    CHECK(call.state() == SS_CALL_CONFIRMED);
    call.send(in_dialog("BYE", "mobile"));
    CHECK(call.state() == SS_CALL_CLOSING);
    CHECK(call.live() == 0);
}

TEST_CASE("an ACK that both BYEs of a fork overtook brings no call back", "[dialogs]") {
    TwiceAnswered call;
    call.send(in_dialog("BYE", "mobile"));
    CHECK(call.state() == SS_CALL_CONFIRMED);
    call.send(in_dialog("BYE", "desk"));
    call.send(in_dialog("ACK", "mobile"));
    CHECK(call.state() == SS_CALL_CLOSING);
    CHECK(call.live() == 0);
}

TEST_CASE("what comes late of a cancelled early dialog brings no call back", "[dialogs]") {
    Attempt call; // RFC 3262, 3311, 6086: in an early dialog, retransmitted
    call.send(request("INVITE", kCall), SS_REASON_CALL_NEW);
    call.send(request("PRACK", kCall));
    call.send(request("UPDATE", kCall));
    call.send(kCancel);
    call.send(GENERATE(as<std::string>(), request("UPDATE", kCall), request("INFO", kCall),
                       request("REFER", kCall), with_to_tag(request("MESSAGE", kCall)),
                       branch(with_to_tag(request("INVITE", kCall)), "re")));
    CHECK(call.state() == SS_CALL_CLOSING);
    call.send(kRefused);
    CHECK(call.state() == SS_CALL_CLOSING);
    SECTION("but the ACK of a 2xx does that was on its way") {
        call.send(request("ACK", kCall));
        CHECK(call.state() == SS_CALL_CONFIRMED);
    }
    SECTION("and another attempt begins it anew") {
        call.send(branch(kInvite, "another"));
        CHECK(call.state() == SS_CALL_EARLY);
        call.send(branch(kRefused, "another"));
        call.send(request("INFO", kCall)); // late
        CHECK(call.state() == SS_CALL_CLOSING);
        call.send(branch(with_to_tag(kInvite), "re")); // RFC 3261, 14.1: in no early dialog
        CHECK(call.state() == SS_CALL_CONFIRMED);
    }
}

TEST_CASE("what comes late of a refused early dialog brings no call back", "[dialogs]") {
    Attempt call; // an UPDATE that its failure overtook, sent again
    const auto early = GENERATE(as<std::string>(), request("PRACK", kCall),
                                request("UPDATE", kCall), request("INFO", kCall));
    call.send(kInvite, SS_REASON_CALL_NEW);
    call.send(early);
    call.send(kRefused);
    call.send(early);
    call.send(GENERATE(as<std::string>(), request("UPDATE", kCall), request("INFO", kCall)));
    CHECK(call.state() == SS_CALL_CLOSING);
    CHECK(call.live() == 0);
    call.send(branch(with_to_tag(kInvite), "re"));
    CHECK(call.state() == SS_CALL_CONFIRMED);
}

TEST_CASE("an INVITE whose tag in To is empty begins a call", "[dialogs]") {
    Attempt call; // as servers take it that go by the tag's length
    const auto tag = GENERATE(as<std::string>(), ";tag=", ";tag", ";tag=;x=y", ";tag = ");
    call.send(
        replaced(kInvite, "To: Bob <sip:bob@example.com>", "To: Bob <sip:bob@example.com>" + tag),
        SS_REASON_CALL_NEW);
    CHECK(call.state() == SS_CALL_EARLY);
    CHECK(call.live() == 1);
}

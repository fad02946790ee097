// SPDX-License-Identifier: Apache-2.0
//
// Messages that go where something else went: what names another call (RFC 3891, RFC 4538), and
// responses, to the server that asked for them (RFC 3261, 18.2.2).
#include "farm.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kRunning = "running@example.com";

/// A request of another call, with a line more.
std::string with(const char *method, const std::string &call, const std::string &line) {
    auto message = request(method, call);
    return message.insert(message.find("Max-Forwards"), line + "\r\n");
}

/// One whose ring's server is another one than that of the running call.
std::string elsewhere(__u32 server) {
    for (int i = 0;; i++) {
        const auto call = "other" + std::to_string(i) + "@example.com";
        if (Farm::ring_server(call_hash(call)) != server) {
            return call;
        }
    }
}

std::string answer(const std::string &call, const std::string &via,
                   const char *cseq = "1 OPTIONS") {
    return "SIP/2.0 200 OK\r\n" + via +
           "\r\nFrom: <sip:c@b>;tag=a6c85cf\r\nTo: <sip:a@b>;tag=1928301774\r\nCSeq: " + cseq +
           "\r\nCall-ID: " + call + "\r\n\r\n";
}

} // namespace

TEST_CASE("a new call goes to the server of the call that it replaces", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    farm.steer(to_vip(request("ACK", kRunning)), SS_REASON_CALL_HIT);
    const auto other = elsewhere(server);
    const auto *line = GENERATE("Replaces: running@example.com;to-tag=7743;from-tag=6472",
                                "replaces :\r\n running@example.com ; to-tag=1;from-tag=2",
                                "REPLACES:running@example.com",
                                "Replaces: running@example.com\t;early-only;to-tag=1;from-tag=2",
                                "Target-Dialog: running@example.com;local-tag=1;remote-tag=2",
                                "target-dialoG:running@example.com\r\n ;local-tag=1");
    CHECK(farm.steer(to_vip(with("INVITE", other, line)), SS_REASON_CALL_NEW) == server);
    CHECK(farm.steer(to_vip(request("ACK", other)), SS_REASON_CALL_HIT) == server);
    CHECK(farm.load(server).live == 2);
}

TEST_CASE("a REFER of no dialog goes to the server of its target dialog", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    const auto other = elsewhere(server);
    const auto message = with("SUBSCRIBE", other, "Target-Dialog: " + kRunning + ";local-tag=1");
    CHECK(farm.steer(to_vip(message), SS_REASON_CALL_NEW) == server);
}

TEST_CASE("who names a call passes no limit of its server", "[named][limits]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    farm.server(server, {.most_calls = 2});
    const auto replacing = [&farm](const std::string &call, ss_reason reason) {
        return farm.steer(to_vip(with("INVITE", call, "Replaces: " + kRunning)), reason);
    };
    CHECK(replacing("first", SS_REASON_CALL_NEW) == server);
    CHECK(replacing("second", SS_REASON_CALL_OVERFLOW) != server);
    CHECK(farm.load(server).live == 2);
    CHECK(farm.server_counters(server).refused == 1);
    // What is no call goes there all the same.
    const auto message = with("SUBSCRIBE", "third", "Target-Dialog: " + kRunning);
    CHECK(farm.steer(to_vip(message), SS_REASON_CALL_NEW) == server);
}

TEST_CASE("what names no call of the table goes its own way", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    const auto other = elsewhere(server);
    const auto *line = GENERATE(
        "Replaces: unknown@example.com;to-tag=1", "X-Replaces: running@example.com",
        "Replace: running@example.com", "Replacess: running@example.com",
        "Replaces:", "Target-Dialogue: running@example.com", "Target-Dialox: running@example.com",
        "Replaces: \"running@example.com\"", "Subject: Replaces: running@example.com",
        "Replaces: running@example.comm", "Replaces: running");
    CHECK(farm.steer(to_vip(with("INVITE", other, line)), SS_REASON_CALL_NEW) ==
          Farm::ring_server(call_hash(other)));
}

TEST_CASE("a call that runs is not moved by what it names", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    const auto other = elsewhere(server);
    const __u32 own = farm.steer(to_vip(request("INVITE", other)), SS_REASON_CALL_NEW);
    CHECK(farm.steer(to_vip(with("INVITE", other, "Replaces: " + kRunning)), SS_REASON_CALL_HIT) ==
          own);
}

TEST_CASE("a response goes to the server that its topmost Via names", "[named]") {
    Farm farm;
    farm.host("192.0.2.11", 1);
    farm.host("192.0.2.12", 2);
    farm.host("[2001:db8::13]", 3);
    farm.host("192.0.2.12", 0, 7); // of another pool
    const auto reaches = [&farm](const char *via) {
        return farm.steer(to_vip(answer("ksrulka-1.1", via)), SS_REASON_VIA_SERVER);
    };
    CHECK(reaches("Via: SIP/2.0/UDP 192.0.2.11;branch=z9hG4bKs1") == 1);
    CHECK(reaches("v:SIP/2.0/UDP 192.0.2.12:5060;branch=z9hG4bKs1") == 2);
    CHECK(reaches("Via: SIP/2.0/UDP [2001:db8::13]:5062;branch=z9hG4bKs1") == 3);
    CHECK(reaches("Via: SIP / 2.0 / UDP 192.0.2.11 : 5060 ;rport") == 1);
    CHECK(reaches("Via: SIP/2.0/UDP 192.0.2.12,SIP/2.0/UDP 192.0.2.11") == 2);
    CHECK(reaches("Via: SIP/2.0/UDP 192.0.2.12\r\nVia: SIP/2.0/UDP 192.0.2.11") == 2);
    // By where it came from, if its own word names no server.
    CHECK(reaches("Via: SIP/2.0/UDP 198.51.100.100;branch=z9hG4bKs1;received=192.0.2.11") == 1);
    CHECK(reaches("Via: SIP/2.0/UDP proxy.example.com;Received = 192.0.2.12 ;rport=5060") == 2);
    CHECK(reaches("Via: SIP/2.0/UDP a.example.com;received=2001:db8::13") == 3);
    CHECK(reaches("Via: SIP/2.0/UDP a.example.com;received=[2001:db8::13];x") == 3);
    CHECK(reaches("Via: SIP/2.0/UDP a;x=\"y;received=192.0.2.12\"\r\n ;received=192.0.2.11") == 1);
    CHECK(reaches("Via: SIP/2.0/UDP 192.0.2.11;received=192.0.2.12") == 1);
    CHECK(farm.entries().empty());
}

TEST_CASE("a response whose Via names no server goes by its Call-ID", "[named]") {
    Farm farm;
    farm.host("192.0.2.11", 1);
    farm.host("192.0.2.12", 2);
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    const auto *via =
        GENERATE("Via: SIP/2.0/UDP 198.51.100.100", "Via: SIP/2.0/UDP 192.0.2.1",
                 "Via: SIP/2.0/UDP 192.0.2.110",
                 "Via: SIP/2.0/UDP proxy.example.com\r\nVia: SIP/2.0/UDP 192.0.2.11", "X: y",
                 "Via: 192.0.2.11", "Via: SIP/2.0/UDP 198.51.100.100;received=192.0.2.110",
                 "Via: SIP/2.0/UDP 198.51.100.100,SIP/2.0/UDP b;received=192.0.2.11",
                 "Via: SIP/2.0/UDP 198.51.100.100;x-received=192.0.2.11",
                 "Via: SIP/2.0/UDP 198.51.100.100;received;received=192.0.2.110",
                 "Via: SIP/2.0/UDP [192.0.2.11]",
                 "Via: SIP/2.0/UDP a-name-that-is-longer-than-any-address-can-be.example.com");
    CHECK(farm.steer(to_vip(answer(kRunning, via)), SS_REASON_CALL_HIT) == server);
}

TEST_CASE("a response goes by its Call-ID if its server is gone", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    const __u32 other = (server + 1) % Farm::kServers;
    farm.host("192.0.2.11", other);
    farm.server(other, {.flags = SS_SERVER_IN_USE});
    CHECK(farm.steer(to_vip(answer(kRunning, "Via: SIP/2.0/UDP 192.0.2.11")), SS_REASON_CALL_HIT) ==
          server);
}

TEST_CASE("the answer to a BYE ends the call, whichever server sent that", "[named]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kRunning)), SS_REASON_CALL_NEW);
    farm.steer(to_vip(request("ACK", kRunning)), SS_REASON_CALL_HIT);
    const __u32 other = (server + 1) % Farm::kServers;
    farm.host("192.0.2.11", other);
    CHECK(farm.steer(to_vip(answer(kRunning, "Via: SIP/2.0/UDP 192.0.2.11", "2 BYE")),
                     SS_REASON_VIA_SERVER) == other);
    CHECK(ss_call_state(farm.call(kRunning).value) == SS_CALL_CLOSING);
    CHECK(ss_call_server(farm.call(kRunning).value) == server);
    CHECK(farm.steer(to_vip(request("INFO", kRunning)), SS_REASON_CALL_HIT) == server);
    CHECK(ss_call_state(farm.call(kRunning).value) == SS_CALL_CLOSING);
}

TEST_CASE("what a phone asks in a dialog that a server began goes to that server", "[named]") {
    Farm farm;
    const __u32 other = (Farm::ring_server(call_hash(kRunning)) + 1) % Farm::kServers;
    const std::string via = "Via: SIP/2.0/UDP 192.0.2.11:5080";
    farm.host("192.0.2.11", other);
    const char *asked = GENERATE("1 INVITE", "1 SUBSCRIBE", "1 REFER");
    CHECK(farm.steer(to_vip(answer(kRunning, via, asked)), SS_REASON_VIA_SERVER) == other);
    CHECK(ss_call_state(farm.call(kRunning).value) == SS_CALL_OTHER);
    CHECK(farm.load(other).live == 0);
    CHECK(farm.steer(to_vip(request("BYE", kRunning)), SS_REASON_CALL_HIT) == other);
}

TEST_CASE("the answer to an OPTIONS of a server leaves no entry", "[named]") {
    Farm farm;
    farm.host("192.0.2.11", 1);
    farm.steer(to_vip(answer(kRunning, "Via: SIP/2.0/UDP 192.0.2.11")), SS_REASON_VIA_SERVER);
    CHECK(farm.entries().empty());
}

TEST_CASE("a stateless pool's responses, too", "[named][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    const __u32 other = (Farm::ring_server(call_hash(kRunning)) + 1) % Farm::kServers;
    farm.host("192.0.2.11", other);
    CHECK(farm.steer(to_vip(answer(kRunning, "Via: SIP/2.0/UDP 192.0.2.11")),
                     SS_REASON_VIA_SERVER) == other);
}

// SPDX-License-Identifier: Apache-2.0
//
// Calls stay with their servers.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <map>

using namespace sipsteer::test;

namespace {

const std::string kCall = "a84b4c76e66710@pc33.example.com";

std::string call_name(int i) {
    return "call-" + std::to_string(i) + "@example.com";
}

} // namespace

TEST_CASE("a call's entry, message by message", "[calls]") {
    Farm farm;
    const auto state_after = [&farm](std::string_view method, ss_reason reason) {
        const __u32 before = DataPlane::now();
        const __u32 server = farm.steer(to_vip(request(method, kCall)), reason);
        const Entry entry = farm.call(kCall);
        CHECK(farm.entries().size() == 1);
        CHECK(ss_call_server(entry.value) == server);
        // Noted in this tick, or in the one that began meanwhile.
        CHECK(((ss_call_seen(entry.value) - before) & SS_TICK_MASK) <= 1);
        return ss_call_state(entry.value);
    };
    SECTION("INVITE, ACK, INVITE, BYE") {
        CHECK(state_after("INVITE", SS_REASON_CALL_NEW) == SS_CALL_EARLY);
        CHECK(state_after("INVITE", SS_REASON_CALL_HIT) == SS_CALL_EARLY);
        CHECK(state_after("ACK", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        CHECK(state_after("INVITE", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        CHECK(state_after("BYE", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        CHECK(state_after("BYE", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
    }
    SECTION("INVITE, CANCEL, ACK") {
        CHECK(state_after("INVITE", SS_REASON_CALL_NEW) == SS_CALL_EARLY);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        CHECK(state_after("INVITE", SS_REASON_CALL_HIT) == SS_CALL_CLOSING); // a late copy
        farm.steer(to_vip(ack_of_failure(kCall)), SS_REASON_CALL_HIT);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
    }
    SECTION("INVITE, CANCEL, ACK of a 200 that was on its way") {
        CHECK(state_after("INVITE", SS_REASON_CALL_NEW) == SS_CALL_EARLY);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        CHECK(state_after("ACK", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
    }
    SECTION("a BYE is final") {
        CHECK(state_after("INVITE", SS_REASON_CALL_NEW) == SS_CALL_EARLY);
        CHECK(state_after("ACK", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        CHECK(state_after("BYE", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        for (const char *method : {"INVITE", "ACK", "INFO", "UPDATE", "BYE", "CANCEL", "PRACK"}) {
            CHECK(state_after(method, SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        }
    }
    SECTION("INVITE, then what comes in an early dialog, too (RFC 3262, 3311, 6086)") {
        CHECK(state_after("INVITE", SS_REASON_CALL_NEW) == SS_CALL_EARLY);
        for (const char *method : {"PRACK", "UPDATE", "INFO", "PRACK", "REFER", "OPTIONS"}) {
            CHECK(state_after(method, SS_REASON_CALL_HIT) == SS_CALL_EARLY);
        }
        SECTION("given up") {
            CHECK(state_after("CANCEL", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
            CHECK(state_after("PRACK", SS_REASON_CALL_HIT) == SS_CALL_CLOSING);
        }
        SECTION("answered") {
            CHECK(state_after("ACK", SS_REASON_CALL_HIT) == SS_CALL_CONFIRMED);
        }
    }
    SECTION("REGISTER") {
        CHECK(state_after("REGISTER", SS_REASON_CALL_NEW) == SS_CALL_OTHER);
        CHECK(state_after("REGISTER", SS_REASON_CALL_HIT) == SS_CALL_OTHER);
    }
    SECTION("NOTIFY: of a subscription, or a phone's keep-alive") {
        CHECK(state_after("NOTIFY", SS_REASON_CALL_NEW) == SS_CALL_OTHER);
        CHECK(state_after("NOTIFY", SS_REASON_CALL_HIT) == SS_CALL_OTHER);
        CHECK(state_after("INVITE", SS_REASON_CALL_HIT) == SS_CALL_EARLY);
        CHECK(state_after("NOTIFY", SS_REASON_CALL_HIT) == SS_CALL_EARLY);
    }
    SECTION("a method not known") {
        CHECK(state_after("NEWMETHOD", SS_REASON_CALL_NEW) == SS_CALL_OTHER);
    }
}

TEST_CASE("a dialog that the table does not know goes by the ring and is no live call", "[calls]") {
    Farm farm;
    const auto scheduler =
        GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_TURNS, SS_SCHEDULER_LEAST_CALLS);
    farm.scheduler(0, scheduler);
    for (__u32 i = 0; i < Farm::kServers; i++) { // all are full
        farm.server(i, {.most_calls = 1});
        farm.set_load(i, 1);
    }
    const __u32 ring = Farm::ring_server(call_hash(kCall));
    SECTION("without an entry") {
        for (const char *method : {"ACK", "BYE", "CANCEL", "BYE"}) {
            CHECK(farm.steer(to_vip(request(method, kCall)), SS_REASON_DIALOG_UNKNOWN) == ring);
        }
        CHECK(farm.entries().empty());
    }
    SECTION("with one that keeps it where it is") {
        const std::string method = GENERATE("PRACK", "UPDATE", "INFO", "REFER");
        CHECK(farm.steer(to_vip(request(method, kCall)), SS_REASON_DIALOG_UNKNOWN) == ring);
        farm.ring(0, {static_cast<__u16>((ring + 1) % Farm::kServers)});
        for (const char *next : {"INFO", "ACK", "UPDATE"}) {
            CHECK(farm.steer(to_vip(request(next, kCall)), SS_REASON_CALL_HIT) == ring);
            CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_OTHER);
        }
        CHECK(farm.steer(to_vip(request("BYE", kCall)), SS_REASON_CALL_HIT) == ring);
        CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CLOSING);
    }
    SECTION("a re-INVITE, however its tag is written (RFC 3261, 20.39)") {
        const auto *tag = GENERATE(";tag=1", " ; TAG = 1", ";user=phone;tag=1", ";\r\n tag=1",
                                   ";x=\"\\\";y\";Tag\t=1");
        std::string invite = request("INVITE", kCall);
        invite.insert(invite.find("\r\nFrom"), tag);
        CHECK(farm.steer(to_vip(invite), SS_REASON_DIALOG_UNKNOWN) == ring);
        CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_OTHER);
    }
    for (__u32 i = 0; i < Farm::kServers; i++) {
        CHECK(farm.load(i).live == 1);
    }
}

TEST_CASE("what looks like a tag in To is none", "[calls]") {
    Farm farm;
    const auto *to = GENERATE("<sip:bob@example.com;tag=1>", "\"Bob;tag=1\" <sip:bob@example.com>",
                              "<sip:bob@example.com>;tagged=1", "<sip:bob@example.com>;x=tag",
                              "<sip:bob@example.com>;x=\";tag=1\"", "sip:bob@example.com",
                              "<sip:bob@example.com>\r\nX: ;tag=1", "\"\\\";tag=1\"<sip:b@c>");
    farm.steer(to_vip(request_to("INVITE", kCall, to, "SIP/2.0/UDP 192.0.2.7")),
               SS_REASON_CALL_NEW);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_EARLY);
}

TEST_CASE("a response has a Call-ID like a request", "[calls]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    const std::string response =
        "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 198.51.100.100\r\nCall-ID: " + kCall + "\r\n\r\n";
    CHECK(farm.steer(to_vip(response), SS_REASON_CALL_HIT) == server);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_EARLY);
}

TEST_CASE("the answer to a BYE that a server sent ends the call", "[calls]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
    const auto state_after = [&](const std::string &status, const std::string &cseq) {
        const std::string text = "SIP/2.0 " + status + "\r\nVia: SIP/2.0/UDP 198.51.100.100\r\n" +
                                 "From: <sip:b@c>;tag=a6c85cf\r\nTo: <sip:a@c>;tag=1928301774\r\n" +
                                 cseq + "\r\nCall-ID: " + kCall + "\r\n\r\n";
        CHECK(farm.steer(to_vip(text), SS_REASON_CALL_HIT) == server);
        return ss_call_state(farm.call(kCall).value);
    };
    for (const char *cseq :
         {"CSeq: 2 INFO", "CSeq: 2 XBYE", "CSeq: 2 BYEX", "CSeq: 2 BYE X", "CSeq: 2\r\n BYE\r\n X",
          "CSeq: BYE", "CSeq: 2 bye", "CSeq:", "X-CSeq: 2 BYE", "CSeq: 2 INFO\r\nCSeq: 2 BYE"}) {
        INFO(cseq);
        CHECK(state_after("200 OK", cseq) == SS_CALL_CONFIRMED);
    }
    for (const char *status : {"100 Trying", "401 Unauthorized", "407 x", "491 Request Pending",
                               "4", "40", "700 x", "x"}) {
        INFO(status);
        CHECK(state_after(status, "CSeq: 2 BYE") == SS_CALL_CONFIRMED);
    }
    CHECK(farm.load(server).live == 1);
    const char *cseq = GENERATE("CSeq: 2 BYE", "cseq \t:\r\n 4294967295  BYE  ", "CSEQ:2\tBYE",
                                "CSeq: 2\r\n BYE", "CSeq: 2 \n\t BYE", "CSeq:\r\n 2\r\n BYE\r\n ");
    // RFC 3261, 15.1.1; RFC 5057, 5.1.
    const char *status = GENERATE("200 OK", "202 Accepted", "481 x", "408 x", "404 x", "417 x",
                                  "471 x", "481", "500 x", "603 Decline");
    CHECK(state_after(status, cseq) == SS_CALL_CLOSING);
    CHECK(farm.load(server).live == 0);
}

TEST_CASE("the SIP-Version of a status line is read in any case", "[calls]") {
    Farm farm; // RFC 3261, 7.1
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
    const std::string version = GENERATE("sip/2.0", "Sip/2.0", "sIP/2.0");
    const std::string answer =
        version + " 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.100\r\nf: <sip:b@c>\r\nt: <sip:a@c>\r\n" +
        "CSeq: 2 BYE\r\nCall-ID: " + kCall + "\r\n\r\n";
    CHECK(farm.steer(to_vip(answer), SS_REASON_CALL_HIT) == server);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CLOSING);
}

TEST_CASE("a response to what a server began is no call until a request follows", "[calls]") {
    Farm farm;
    const auto live = [&farm] {
        __s64 calls = 0;
        for (__u32 i = 0; i < Farm::kServers; i++) {
            calls += farm.load(i).live;
        }
        return calls;
    };
    const auto state = [&farm] { return ss_call_state(farm.call(kCall).value); };
    const Packet response = to_vip(
        "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP x\r\nCSeq: 1 OPTIONS\r\nCall-ID: " + kCall + "\r\n\r\n");
    // Limits are for calls: each server is at its own.
    for (__u32 i = 0; i < Farm::kServers; i++) {
        farm.server(i, {.most_calls = 1});
        farm.set_load(i, 1);
    }
    const __u32 server = farm.steer(response, SS_REASON_CALL_NEW);
    for (__u32 i = 0; i < Farm::kServers; i++) {
        farm.set_load(i, 0);
    }
    CHECK(farm.steer(response, SS_REASON_CALL_HIT) == server);
    CHECK(state() == SS_CALL_OTHER);
    CHECK(live() == 0);
    SECTION("a re-INVITE of the phone that was called") {
        CHECK(farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_HIT) == server);
        CHECK(state() == SS_CALL_EARLY);
        CHECK(live() == 1);
        CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT) == server);
        CHECK(state() == SS_CALL_CONFIRMED);
    }
    SECTION("another request in the dialog: who invents both fills no server") {
        const std::string method = GENERATE("ACK", "PRACK", "UPDATE", "INFO", "REFER", "CANCEL");
        CHECK(farm.steer(to_vip(request(method, kCall)), SS_REASON_CALL_HIT) == server);
        CHECK(state() == SS_CALL_OTHER);
        CHECK(live() == 0);
    }
    SECTION("its BYE") {
        CHECK(farm.steer(to_vip(request("BYE", kCall)), SS_REASON_CALL_HIT) == server);
        CHECK(state() == SS_CALL_CLOSING);
        CHECK(live() == 0);
    }
}

TEST_CASE("a call whose client address and port change stays where it is", "[calls]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    const std::string ack = request("ACK", kCall);
    for (const char *client : {"192.0.2.8", "203.0.113.99", "10.0.0.1"}) {
        for (const std::uint16_t port :
             std::initializer_list<std::uint16_t>{5060, 5061, 49152, 1}) {
            const Packet packet = Packet().eth().ipv4(client, kVip).udp(port, 5060).payload(ack);
            CHECK(farm.steer(packet, SS_REASON_CALL_HIT) == server);
        }
    }
    CHECK(farm.steer(to_vip6(ack), SS_REASON_CALL_HIT) == server);
    CHECK(farm.entries().size() == 1);
}

TEST_CASE("calls from one source port spread over all servers", "[calls]") {
    Farm farm;
    std::map<__u32, int> calls;
    for (int i = 0; i < 200; i++) {
        const __u32 server =
            farm.steer(to_vip(request("INVITE", call_name(i))), SS_REASON_CALL_NEW);
        CHECK(server == Farm::ring_server(call_hash(call_name(i))));
        calls[server]++;
    }
    CHECK(calls.size() == Farm::kServers);
    for (const auto &[server, count] : calls) {
        CHECK(count > 25); // 50 on average, standard deviation 6
    }
    CHECK(farm.entries().size() == 200);
}

TEST_CASE("a new ring moves no call", "[calls]") {
    Farm farm;
    std::map<int, __u32> server_of_call;
    for (int i = 0; i < 50; i++) {
        server_of_call[i] = farm.steer(to_vip(request("INVITE", call_name(i))), SS_REASON_CALL_NEW);
    }
    farm.ring(0, {3, 2, 1, 0});
    for (const auto &[i, server] : server_of_call) {
        CHECK(farm.steer(to_vip(request("ACK", call_name(i))), SS_REASON_CALL_HIT) == server);
    }
    CHECK(farm.steer(to_vip(request("INVITE", "new")), SS_REASON_CALL_NEW) ==
          3 - Farm::ring_server(call_hash("new")));
}

TEST_CASE("an empty ring takes no new call and keeps the running ones", "[calls]") {
    Farm farm;
    farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    SECTION("all slots empty") {
        farm.ring(0, {});
    }
    SECTION("no ring at all") {
        farm.no_ring(0);
    }
    farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
    const Outcome outcome = farm.run(to_vip(request("INVITE", "new")));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
    CHECK(farm.entries().size() == 1);
    CHECK(farm.service_traffic(1).packets == 3); // dropped ones, too
}

TEST_CASE("a call whose server goes gets another one and stays with it", "[calls]") {
    Farm farm;
    const __u32 gone = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
    const __u32 stays = (gone + 1) % Farm::kServers;
    const auto stays_server = static_cast<__u16>(stays);
    farm.server(gone, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {stays_server});

    CHECK(farm.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_REHOMED) == stays);
    CHECK(ss_call_server(farm.call(kCall).value) == stays);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CONFIRMED);
    CHECK(farm.server_counters(stays).rehomed == 1);
    CHECK(farm.server_counters(stays).new_calls == 0);

    farm.server(gone);
    farm.ring(0, {0, 1, 2, 3});
    CHECK(farm.steer(to_vip(request("BYE", kCall)), SS_REASON_CALL_HIT) == stays);
    CHECK(farm.entries().size() == 1);
}

TEST_CASE("a call whose server goes and no other is there", "[calls]") {
    Farm farm;
    const __u32 gone = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    farm.server(gone, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {});
    const Outcome outcome = farm.run(to_vip(request("ACK", kCall)));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
    farm.server(gone);
    CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT) == gone);
}

TEST_CASE("a server that now is in another pool is not used", "[calls]") {
    Farm farm;
    const __u32 moved = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    const auto other = static_cast<__u16>((moved + 1) % Farm::kServers);
    farm.pool(1);
    farm.server(moved, {.pool = 1});
    farm.ring(0, {other});
    CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_REHOMED) == other);
}

TEST_CASE("a server whose neighbour is not known gets nothing", "[calls]") {
    Farm farm;
    farm.server(5, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {5});
    const Outcome outcome = farm.run(to_vip(request("INVITE", kCall)));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
}

TEST_CASE("the same Call-ID in two pools is two calls", "[calls]") {
    Farm farm;
    farm.pool(1);
    farm.server(5, {.pool = 1});
    farm.ring(1, {5});
    farm.service(3, kVip, 5080, 1);
    const std::string invite = request("INVITE", kCall);
    const __u32 server = farm.steer(to_vip(invite), SS_REASON_CALL_NEW);
    const Packet second = Packet().eth().ipv4(kClient, kVip).udp(5060, 5080).payload(invite);
    CHECK(farm.steer(second, SS_REASON_CALL_NEW) == 5);
    CHECK(farm.steer(second, SS_REASON_CALL_HIT) == 5);
    CHECK(farm.steer(to_vip(invite), SS_REASON_CALL_HIT) == server);
    CHECK(farm.entries().size() == 2);
    REQUIRE(farm.entry(call_hash(kCall), 1));
    CHECK(ss_call_server(farm.entry(call_hash(kCall), 1)->value) == 5);
}

TEST_CASE("a pool that is not in use has no server", "[calls]") {
    Farm farm;
    farm.service(3, kVip, 5080, 9);
    const Outcome outcome = farm.run(
        Packet().eth().ipv4(kClient, kVip).udp(5060, 5080).payload(request("INVITE", kCall)));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
    CHECK(farm.service_traffic(3).packets == 1);
}

TEST_CASE("a stateless pool: the ring alone", "[calls][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    for (int i = 0; i < 50; i++) {
        const __u32 server =
            farm.steer(to_vip(request("INVITE", call_name(i))), SS_REASON_STATELESS);
        CHECK(server == Farm::ring_server(call_hash(call_name(i))));
    }
    CHECK(farm.entries().empty());
    farm.ring(0, {2});
    CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_STATELESS) == 2);
    farm.ring(0, {});
    const Outcome outcome = farm.run(to_vip(request("ACK", kCall)));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
}

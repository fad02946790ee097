// SPDX-License-Identifier: Apache-2.0
//
// A message's method: what it is counted under, and which pool it goes to.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

struct Row {
    std::string message;
    ss_method method;
};

std::string status(int code) {
    return "SIP/2.0 " + std::to_string(code) + " x\r\nCall-ID: methods@example.com\r\n\r\n";
}

/// Requests by the labels of the metrics, which are the methods' names.
std::vector<Row> requests() {
    std::vector<Row> rows;
    const auto add = [&rows](ss_method method, const char *label) {
        if (method >= SS_METHOD_INVITE && method < SS_METHOD_RESPONSE_1XX) {
            rows.push_back({request(label, "methods@example.com"), method});
        }
    };
#define ADD(number, constant, label) add(SS_METHOD_##constant, label);
    SS_METHOD_LIST(ADD)
#undef ADD
    return rows;
}

std::vector<Row> others() {
    const std::string call = "methods@example.com";
    return {
        {status(100), SS_METHOD_RESPONSE_1XX},
        {status(199), SS_METHOD_RESPONSE_1XX},
        {status(200), SS_METHOD_RESPONSE_2XX},
        {status(302), SS_METHOD_RESPONSE_3XX},
        {status(486), SS_METHOD_RESPONSE_4XX},
        {status(503), SS_METHOD_RESPONSE_5XX},
        {status(603), SS_METHOD_RESPONSE_6XX},
        {status(700), SS_METHOD_RESPONSE_OTHER},
        {"SIP/2.0 099 x\r\ni: a\r\n\r\n", SS_METHOD_RESPONSE_OTHER},
        {"SIP/2.0 x\r\ni: a\r\n\r\n", SS_METHOD_RESPONSE_OTHER},
        {request("NEWMETHOD", call), SS_METHOD_OTHER},
        {request("INVITEX", call), SS_METHOD_OTHER},
        {request("REGISTERS", call), SS_METHOD_OTHER},
        {request("REGISTE", call), SS_METHOD_OTHER},
        {request("SUBSCRIBER", call), SS_METHOD_OTHER},
        {request("SUBSCRIB", call), SS_METHOD_OTHER},
        {request("AC", call), SS_METHOD_OTHER},
        {request("invite", call), SS_METHOD_INVITE}, // there are servers that take it for one
        {request("ack", call), SS_METHOD_OTHER},     // methods are case-sensitive (RFC 3261, 7.1)
        {"\r\n\r\n" + request("REGISTER", call), SS_METHOD_REGISTER},
        // Without a Call-ID: the first line tells.
        {request_without_call_id("OPTIONS"), SS_METHOD_OPTIONS},
        {request_without_call_id("NEWMETHOD"), SS_METHOD_NONE},
        {"\r\n\r\n", SS_METHOD_NONE},
        {"", SS_METHOD_NONE},
        {"not SIP at all", SS_METHOD_NONE},
    };
}

/// Checks that one message was counted, under this method of this service.
void check_counted(const Farm &farm, __u32 service, ss_method method) {
    for (__u32 id = 0; id < 4; id++) {
        for (__u32 i = 0; i < SS_METHODS; i++) {
            INFO("service " << id << ", method " << i << ", expected " << method);
            CHECK(farm.messages(id, static_cast<ss_method>(i)) ==
                  (id == service && i == static_cast<__u32>(method) ? 1 : 0));
        }
    }
}

} // namespace

TEST_CASE("each message is counted once, under its method", "[methods]") {
    auto rows = requests();
    CHECK(rows.size() == 14);
    for (const Row &row : others()) {
        rows.push_back(row);
    }
    for (const Row &row : rows) {
        INFO(row.message);
        for (const __u32 service : {1, 2}) {
            Farm farm;
            CHECK(farm.run(service == 1 ? to_vip(row.message) : to_vip6(row.message)).action ==
                  XDP_TX);
            check_counted(farm, service, row.method);
        }
    }
}

TEST_CASE("messages that are dropped or passed are counted, too", "[methods]") {
    Farm farm;
    SECTION("no server") {
        farm.ring(0, {});
        CHECK(farm.run(to_vip(request("INVITE", "a"))).action == XDP_DROP);
    }
    SECTION("no pool") {
        farm.method_pool(kVip, 5060, SS_METHOD_INVITE, 9);
        CHECK(farm.run(to_vip(request("INVITE", "a"))).action == XDP_DROP);
    }
    SECTION("left to the kernel") {
        farm.pool(0, SS_POOL_STATEFUL, SS_NO_CALL_ID_PASS);
        CHECK(farm.run(to_vip(request_without_call_id("INVITE"))).action == XDP_PASS);
    }
    check_counted(farm, 1, SS_METHOD_INVITE);
}

TEST_CASE("a message is counted with its first fragment alone", "[methods]") {
    const Datagram datagram{GENERATE(false, true)};
    Farm farm;
    farm.steer(datagram.first(), SS_REASON_CALL_NEW);
    farm.steer(datagram.later(), SS_REASON_FRAGMENT);
    check_counted(farm, datagram.ipv6 ? 2 : 1, SS_METHOD_INVITE);
}

TEST_CASE("what is not for a service is no message", "[methods]") {
    Farm farm;
    farm.run(Packet().eth().ipv4(kClient, kVip).udp(5060, 53).payload(request("INVITE", "a")));
    for (__u32 i = 0; i < SS_METHODS; i++) {
        CHECK(farm.messages(0, static_cast<ss_method>(i)) == 0);
        CHECK(farm.messages(1, static_cast<ss_method>(i)) == 0);
    }
}

TEST_CASE("a method has a pool of its own", "[methods]") {
    Farm farm;
    farm.pool(1);
    farm.server(5, {.pool = 1});
    farm.ring(1, {5});
    auto rows = requests();
    for (const Row &row : others()) {
        rows.push_back(row);
    }
    for (const ss_method method : {SS_METHOD_REGISTER, SS_METHOD_OTHER, SS_METHOD_RESPONSE_4XX,
                                   SS_METHOD_NONE, SS_METHOD_OPTIONS}) {
        farm.method_pool(kVip, 5060, method, 1);
        for (const Row &row : rows) {
            INFO("method " << method << ": " << row.message);
            farm.forget_calls();
            const Outcome outcome = farm.run(to_vip(row.message));
            CHECK((server_of(outcome) == 5) == (row.method == method));
            // The other service has no such pool.
            CHECK(server_of(farm.run(to_vip6(row.message))) < Farm::kServers);
        }
        farm.method_pool(kVip, 5060, method, 0);
    }
}

TEST_CASE("a method's pool has its own table, mode and policy", "[methods]") {
    Farm farm;
    farm.server(5, {.pool = 1});
    farm.ring(1, {5});
    farm.method_pool(kVip, 5060, SS_METHOD_REGISTER, 1);
    SECTION("stateful") {
        farm.pool(1);
        const __u32 server = farm.steer(to_vip(request("INVITE", "a")), SS_REASON_CALL_NEW);
        CHECK(farm.steer(to_vip(request("REGISTER", "a")), SS_REASON_CALL_NEW) == 5);
        CHECK(farm.steer(to_vip(request("ACK", "a")), SS_REASON_CALL_HIT) == server);
        CHECK(farm.entries().size() == 2);
    }
    SECTION("stateless") {
        farm.pool(1, SS_POOL_STATELESS);
        CHECK(farm.steer(to_vip(request("REGISTER", "a")), SS_REASON_STATELESS) == 5);
        farm.steer(to_vip(request("INVITE", "a")), SS_REASON_CALL_NEW);
    }
    SECTION("without a Call-ID") {
        farm.pool(1, SS_POOL_STATEFUL, SS_NO_CALL_ID_DROP);
        CHECK(farm.run(to_vip(request_without_call_id("REGISTER"))).action == XDP_DROP);
        CHECK(farm.run(to_vip(request_without_call_id("INVITE"))).action == XDP_TX);
    }
}

namespace {

/// Subscriptions have a pool of their own.
class Presence : public Farm {
public:
    Presence() {
        pool(1);
        server(5, {.pool = 1});
        ring(1, {5});
        for (const ss_method method : {SS_METHOD_SUBSCRIBE, SS_METHOD_NOTIFY, SS_METHOD_PUBLISH}) {
            method_pool(kVip, 5060, method, 1);
        }
    }
};

std::string answer(const std::string &cseq, const std::string &call) {
    return "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.100\r\nTo: <sip:a@b>;tag=1\r\n" + cseq +
           "\r\nCall-ID: " + call + "\r\n\r\n";
}

/// A request of a dialog.
std::string inside(const char *method, const std::string &call) {
    return request_to(method, call, "<sip:bob@example.com>;tag=1", "SIP/2.0/UDP 192.0.2.7");
}

} // namespace

TEST_CASE("a response has the pool of the method that it answers", "[methods]") {
    Presence farm; // RFC 3261, 17.1.3
    for (const char *cseq :
         {"CSeq: 1 NOTIFY", "CSeq: 1 SUBSCRIBE", "cseq :\r\n 4294967295 \t PUBLISH  ",
          "CSEQ: 7\r\n NOTIFY", "CSeq: 1 SUBSCRIBE\r\nCSeq: 1 INVITE"}) {
        INFO(cseq);
        farm.forget_calls();
        CHECK(farm.steer(to_vip(answer(cseq, "a")), SS_REASON_CALL_NEW) == 5);
    }
    for (const char *cseq :
         {"CSeq: 1 INVITE", "CSeq: 1 NOTIFYX", "CSeq: 1 notify", "CSeq: NOTIFY", "CSeq: 1 SUBSCRIB",
          "CSeq: 1 SUBSCRIBER", "CSeq: 1", "CSeq: 1 REGISTER", "X: 1 NOTIFY", "CSeq: 1 OPTIONS",
          "CSeq: 1\r\n\r\n NOTIFY"}) {
        INFO(cseq);
        farm.forget_calls();
        CHECK(server_of(farm.run(to_vip(answer(cseq, "a")))) < Farm::kServers);
    }
}

TEST_CASE("what belongs to a dialog has the pool that the dialog is in", "[methods]") {
    Presence farm;
    SECTION("a NOTIFY after REFER, and its answer, in the call's") { // RFC 3515, 2.4.4
        const __u32 server = farm.steer(to_vip(request("INVITE", "a")), SS_REASON_CALL_NEW);
        farm.steer(to_vip(request("ACK", "a")), SS_REASON_CALL_HIT);
        CHECK(farm.steer(to_vip(inside("NOTIFY", "a")), SS_REASON_CALL_HIT) == server);
        CHECK(farm.steer(to_vip(answer("CSeq: 1 NOTIFY", "a")), SS_REASON_CALL_HIT) == server);
        CHECK(farm.entries().size() == 1);
        // Not one that is of no dialog, though it has the Call-ID.
        CHECK(farm.steer(to_vip(request("SUBSCRIBE", "a")), SS_REASON_CALL_NEW) == 5);
        CHECK(farm.steer(to_vip(inside("NOTIFY", "a")), SS_REASON_CALL_HIT) == 5);
    }
    SECTION("others in the subscription's") {
        CHECK(farm.steer(to_vip(request("SUBSCRIBE", "a")), SS_REASON_CALL_NEW) == 5);
        for (const char *method : {"SUBSCRIBE", "NOTIFY", "INFO", "MESSAGE", "BYE"}) {
            CHECK(farm.steer(to_vip(inside(method, "a")), SS_REASON_CALL_HIT) == 5);
        }
        CHECK(server_of(farm.run(to_vip(request("INVITE", "a")))) < Farm::kServers);
        CHECK(server_of(farm.run(to_vip(request("REGISTER", "a")))) < Farm::kServers);
    }
    SECTION("one that no pool knows in its method's") {
        CHECK(farm.steer(to_vip(inside("NOTIFY", "a")), SS_REASON_DIALOG_UNKNOWN) == 5);
        CHECK(server_of(farm.run(to_vip(inside("INFO", "b")))) < Farm::kServers);
    }
}

TEST_CASE("a response has the pool of the server that its Via names", "[methods]") {
    Presence farm; // RFC 3261, 18.2.2: a server of the calls' pool asks by OPTIONS or NOTIFY
    farm.host("192.0.2.11", 1);
    farm.host("192.0.2.15", 5, 1);
    const auto from = [&farm](const std::string &host, const std::string &cseq) {
        auto text = answer(cseq, "ping");
        text.replace(text.find("198.51.100.100"), 14, host);
        return farm.steer(to_vip(text), SS_REASON_VIA_SERVER);
    };
    for (const char *cseq : {"CSeq: 1 NOTIFY", "CSeq: 1 OPTIONS", "CSeq: 1"}) {
        INFO(cseq);
        CHECK(from("192.0.2.11", cseq) == 1);
        CHECK(from("192.0.2.15", cseq) == 5);
        CHECK(from("a.example.com;received=192.0.2.11", cseq) == 1);
    }
}

TEST_CASE("what names a call has the pool of that call", "[methods][named]") {
    Presence farm; // RFC 4538
    const __u32 server = farm.steer(to_vip(request("INVITE", "call")), SS_REASON_CALL_NEW);
    const auto naming = [](const char *method, const std::string &line) {
        auto text = request(method, "other");
        return to_vip(text.insert(text.find("Max-Forwards"), line + "\r\n"));
    };
    CHECK(farm.steer(naming("SUBSCRIBE", "Target-Dialog: call;local-tag=1"), SS_REASON_CALL_NEW) ==
          server);
    farm.forget_calls();
    CHECK(farm.steer(naming("SUBSCRIBE", "Target-Dialog: call"), SS_REASON_CALL_NEW) == 5);
}

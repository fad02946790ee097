// SPDX-License-Identifier: Apache-2.0
//
// Datagrams without a Call-ID: the pool's policy, each kind under its own reason.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <map>

using namespace std::string_literals;
using namespace sipsteer::test;

namespace {

const std::string kStun = "\x00\x01\x00\x00\x21\x12\xa4\x42"
                          "abcdefghijkl"s;

struct Kind {
    const char *what;
    std::string message;
    ss_reason reason;
};

const std::vector<Kind> kKinds = {
    {"double CRLF", "\r\n\r\n", SS_REASON_KEEPALIVE},
    {"CRLF", "\r\n", SS_REASON_KEEPALIVE},
    {"empty", "", SS_REASON_KEEPALIVE},
    {"STUN", kStun, SS_REASON_STUN},
    {"STUN with an attribute", kStun.substr(0, 3) + "\x08"s + kStun.substr(4) + "\x80\x22\0\4test"s,
     SS_REASON_STUN},
    {"old STUN, no cookie", "\x00\x01\x00\x00"s + std::string(16, 'x'), SS_REASON_NOT_SIP},
    {"zeros", std::string(4, '\0'), SS_REASON_NOT_SIP},
    {"one byte", "x", SS_REASON_NOT_SIP},
    {"HTTP", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", SS_REASON_NOT_SIP},
    {"a request", request_without_call_id("OPTIONS"), SS_REASON_NO_CALL_ID},
    {"a response", "SIP/2.0 200 OK\r\nVia: x\r\n\r\n", SS_REASON_NO_CALL_ID},
    {"an empty Call-ID", request("INVITE", ""), SS_REASON_NO_CALL_ID},
    {"a Call-ID behind 256 lines", invite_of_many_lines(), SS_REASON_TOO_MANY_LINES},
    {"a Call-ID in the body", request_without_call_id("INVITE") + "Call-ID: x\r\n",
     SS_REASON_NO_CALL_ID},
};

} // namespace

TEST_CASE("steered by source", "[no_call_id]") {
    for (const Kind &kind : kKinds) {
        Farm farm;
        INFO(kind.what);
        const __u32 server = farm.steer(to_vip(kind.message), kind.reason);
        CHECK(server == Farm::ring_server(source_hash(kClient)));
        const auto entry = farm.entry(source_hash(kClient), 0);
        REQUIRE(entry);
        CHECK(ss_call_state(entry->value) == SS_CALL_SOURCE);
        CHECK(ss_call_server(entry->value) == server);
        CHECK(farm.entries().size() == 1);
        CHECK(farm.service_traffic(1).packets == 1);
        CHECK(farm.server_counters(server).sent.packets == 1);
        CHECK(farm.server_counters(server).new_calls == 1);
    }
}

TEST_CASE("passed", "[no_call_id]") {
    for (const Kind &kind : kKinds) {
        Farm farm;
        farm.pool(0, SS_POOL_STATEFUL, SS_NO_CALL_ID_PASS);
        INFO(kind.what);
        const Outcome outcome = farm.run(to_vip(kind.message));
        CHECK(outcome.action == XDP_PASS);
        CHECK(outcome.reason == kind.reason);
        CHECK(farm.entries().empty());
        CHECK(farm.service_traffic(1).packets == 1);
        farm.steer(to_vip(request("INVITE", "a call")), SS_REASON_CALL_NEW);
    }
}

TEST_CASE("dropped", "[no_call_id]") {
    for (const Kind &kind : kKinds) {
        Farm farm;
        farm.pool(0, SS_POOL_STATEFUL, SS_NO_CALL_ID_DROP);
        INFO(kind.what);
        const Outcome outcome = farm.run(to_vip(kind.message));
        CHECK(outcome.action == XDP_DROP);
        CHECK(outcome.reason == kind.reason);
        CHECK(farm.entries().empty());
        farm.steer(to_vip(request("INVITE", "a call")), SS_REASON_CALL_NEW);
    }
}

TEST_CASE("a source stays with its server, whatever its port and the ring", "[no_call_id]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip("\r\n\r\n"), SS_REASON_KEEPALIVE);
    farm.ring(0, {3, 2, 1, 0});
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{5060, 5061, 40000}) {
        const Packet packet =
            Packet().eth().ipv4(kClient, kVip).udp(port, 5060).payload("\r\n\r\n");
        CHECK(farm.steer(packet, SS_REASON_KEEPALIVE) == server);
    }
    CHECK(farm.steer(to_vip(kStun), SS_REASON_STUN) == server);
    CHECK(farm.entries().size() == 1);
}

namespace {

/// What a client sends from a port.
Packet from_port(std::uint16_t port, const std::string &message) {
    return Packet().eth().ipv4(kClient, kVip).udp(port, 5060).payload(message);
}

/// A Call-ID whose server is not the one of the client's address, nor that other one.
std::string call_elsewhere(__u32 other = SS_NO_SERVER) {
    for (int i = 0;; i++) {
        const auto call = "flow" + std::to_string(i);
        const __u32 server = Farm::ring_server(call_hash(call));
        if (server != Farm::ring_server(source_hash(kClient)) && server != other) {
            return call;
        }
    }
}

} // namespace

TEST_CASE("keep-alives follow the flow's last REGISTER or INVITE", "[no_call_id]") {
    Farm farm;
    const bool stateless = GENERATE(false, true);
    farm.pool(0, stateless ? SS_POOL_STATELESS : SS_POOL_STATEFUL);
    const auto reason = stateless ? SS_REASON_STATELESS : SS_REASON_CALL_NEW;
    const auto call = call_elsewhere();
    const __u32 home = farm.steer(from_port(5070, request("REGISTER", call)), reason);
    CHECK(farm.steer(from_port(5070, "\r\n\r\n"), SS_REASON_KEEPALIVE) == home);
    CHECK(farm.steer(from_port(5070, kStun), SS_REASON_STUN) == home);
    CHECK(farm.entries().size() == (stateless ? 0 : 1));
    // Another flow, though of the same address.
    CHECK(farm.steer(from_port(5071, "\r\n\r\n"), SS_REASON_KEEPALIVE) ==
          Farm::ring_server(source_hash(kClient)));
    // What is neither does not take them along, an INVITE does.
    const auto other = call_elsewhere(home);
    CHECK(farm.steer(from_port(5070, request("OPTIONS", other)), reason) != home);
    CHECK(farm.steer(from_port(5070, "\r\n"), SS_REASON_KEEPALIVE) == home);
    const auto third = other + "a";
    const __u32 now = farm.steer(from_port(5070, request("INVITE", third)), reason);
    CHECK(farm.steer(from_port(5070, "\r\n"), SS_REASON_KEEPALIVE) == now);
}

TEST_CASE("keep-alives go by source if their flow's server is gone", "[no_call_id]") {
    Farm farm;
    const auto call = call_elsewhere();
    const __u32 home = farm.steer(from_port(5070, request("REGISTER", call)), SS_REASON_CALL_NEW);
    farm.server(home, {.flags = SS_SERVER_IN_USE});
    CHECK(farm.steer(from_port(5070, "\r\n"), SS_REASON_KEEPALIVE) ==
          Farm::ring_server(source_hash(kClient)));
}

TEST_CASE("keep-alives follow a REGISTER into its method's pool", "[no_call_id]") {
    Farm farm;
    farm.pool(1, SS_POOL_STATEFUL);
    farm.server(2, {.pool = 1});
    farm.ring(1, {2});
    farm.method_pool(kVip, 5060, SS_METHOD_REGISTER, 1);
    CHECK(farm.steer(from_port(5070, request("REGISTER", "a")), SS_REASON_CALL_NEW) == 2);
    CHECK(farm.steer(from_port(5070, "\r\n"), SS_REASON_KEEPALIVE) == 2);
}

TEST_CASE("what no server would take leaves the flow where it is", "[no_call_id]") {
    Farm farm;
    farm.steer(from_port(5070, "REGISTER sip:a SIP/2.0\r\ni: " + call_elsewhere() + "\r\n\r\n"),
               SS_REASON_DOUBTFUL);
    CHECK(farm.steer(from_port(5070, "\r\n"), SS_REASON_KEEPALIVE) ==
          Farm::ring_server(source_hash(kClient)));
}

TEST_CASE("sources spread over the servers", "[no_call_id]") {
    Farm farm;
    std::map<__u32, int> servers;
    for (int i = 1; i <= 100; i++) {
        const std::string client = "203.0.113." + std::to_string(i);
        const Packet packet = Packet().eth().ipv4(client, kVip).udp(5060, 5060).payload("\r\n");
        servers[farm.steer(packet, SS_REASON_KEEPALIVE)]++;
    }
    CHECK(servers.size() == Farm::kServers);
}

TEST_CASE("IPv6 sources", "[no_call_id]") {
    Farm farm;
    const __u32 server = farm.steer(to_vip6("\r\n\r\n"), SS_REASON_KEEPALIVE);
    CHECK(server == Farm::ring_server(source_hash(kClient6)));
    CHECK(farm.entry(source_hash(kClient6), 0));
}

TEST_CASE("without a Call-ID in a stateless pool", "[no_call_id]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    CHECK(farm.steer(to_vip("\r\n\r\n"), SS_REASON_KEEPALIVE) ==
          Farm::ring_server(source_hash(kClient)));
    CHECK(farm.entries().empty());
}

TEST_CASE("without a Call-ID and without a server", "[no_call_id]") {
    Farm farm;
    farm.ring(0, {});
    const Outcome outcome = farm.run(to_vip("\r\n\r\n"));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
}

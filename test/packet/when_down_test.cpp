// SPDX-License-Identifier: Apache-2.0
//
// What is done with a message that no server takes: dropped, passed, or handed to the controller,
// which answers it.
#include "datagram.hpp"
#include "farm.hpp"

#include <arpa/inet.h>
#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <cstring>

using namespace sipsteer::test;

namespace {

/// A farm that takes no call: no server is up, or all are at their limits.
class Down : public Farm {
public:
    explicit Down(ss_when_down what, bool full = false, __u32 gap = 0) {
        when_down(0, what, gap);
        if (!full) {
            ring(0, {});
            return;
        }
        for (__u32 i = 0; i < kServers; i++) {
            server(i, {.most_calls = 1});
            set_load(i, 1);
        }
    }

    void check(const Packet &packet, ss_verdict verdict, ss_reason reason = SS_REASON_NO_SERVER) {
        const Outcome outcome = run(packet);
        INFO(reason_label(outcome.reason) << ", expected " << reason_label(reason));
        CHECK(outcome.reason == reason);
        CHECK(outcome.verdict == verdict);
    }

    /// Checks that a request is handed over, as it is.
    void check_rejected(const Packet &packet, const std::string &message, bool ipv6,
                        ss_method method, ss_reason reason = SS_REASON_NO_SERVER) {
        check(packet, SS_VERDICT_REJECT, reason);
        const auto all = rejected();
        REQUIRE(all.size() == 1);
        const ss_rejected &head = all[0].head;
        CHECK(head.service == (ipv6 ? 2 : 1));
        CHECK(head.pool == 0);
        CHECK(head.method == method);
        CHECK(head.length == message.size());
        CHECK(all[0].message == message);
        const auto source = mapped_address(ipv6 ? kClient6 : kClient);
        const auto vip = mapped_address(ipv6 ? kVip6 : kVip);
        CHECK(std::memcmp(head.source, source.data(), 16) == 0);
        CHECK(std::memcmp(head.destination, vip.data(), 16) == 0);
        CHECK(ntohs(head.source_port) == 5060);
        CHECK(ntohs(head.destination_port) == 5060);
        CHECK(head.zero == 0);
    }
};

/// A request of so many bytes.
std::string sized(std::size_t size) {
    std::string message = request("INVITE", "sized@example.com");
    message.resize(size, 'x');
    return message;
}

const std::string kInvite = request("INVITE", "down@example.com");

} // namespace

TEST_CASE("when down: dropped", "[when_down]") {
    Down farm(SS_WHEN_DOWN_DROP);
    farm.check(to_vip(kInvite), SS_VERDICT_DROP);
    CHECK(farm.rejected().empty());
    CHECK(farm.entries().empty());
}

TEST_CASE("when down: passed", "[when_down]") {
    const bool full = GENERATE(false, true);
    const ss_reason reason = full ? SS_REASON_POOL_FULL : SS_REASON_NO_SERVER;
    Down farm(SS_WHEN_DOWN_PASS, full);
    farm.check(to_vip(kInvite), SS_VERDICT_PASS, reason);
    if (full) { // what belongs to a dialog is no new call
        CHECK(farm.run(to_vip6(request("ACK", "a"))).reason == SS_REASON_DIALOG_UNKNOWN);
    } else {
        farm.check(to_vip6(request("ACK", "a")), SS_VERDICT_PASS, reason);
        farm.check(to_vip("\r\n"), SS_VERDICT_PASS);
    }
    CHECK(farm.rejected().empty());
}

TEST_CASE("when down: requests are handed over to be answered", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    struct Row {
        const char *name;
        ss_method method;
    };
    for (const Row &row : {Row{"INVITE", SS_METHOD_INVITE}, Row{"REGISTER", SS_METHOD_REGISTER},
                           Row{"OPTIONS", SS_METHOD_OPTIONS}, Row{"BYE", SS_METHOD_BYE},
                           Row{"CANCEL", SS_METHOD_CANCEL}, Row{"SUBSCRIBE", SS_METHOD_SUBSCRIBE},
                           Row{"NEWMETHOD", SS_METHOD_OTHER}}) {
        INFO(row.name);
        const std::string message = request(row.name, "down@example.com");
        farm.check_rejected(to_vip(message), message, false, row.method);
        farm.check_rejected(to_vip6(message), message, true, row.method);
    }
    CHECK(farm.entries().empty());
    CHECK(farm.service_traffic(1).packets == 7);
    CHECK(farm.messages(1, SS_METHOD_INVITE) == 1);
}

TEST_CASE("when down: with tags, options, padding", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    farm.check_rejected(to_vip(kInvite).vlan(100, 0x88a8).vlan(200).options(Bytes(40, 1)), kInvite,
                        false, SS_METHOD_INVITE);
    farm.check_rejected(to_vip(kInvite).padding(Bytes(20, 'p')), kInvite, false, SS_METHOD_INVITE);
    farm.check_rejected(to_vip6(kInvite).destination_options(), kInvite, true, SS_METHOD_INVITE);
    const std::string after_crlf = "\r\n\r\n" + kInvite;
    farm.check_rejected(to_vip(after_crlf), after_crlf, false, SS_METHOD_INVITE);
}

TEST_CASE("when down: of every length, as much as there is room for", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    for (std::size_t size = 300; size < 320; size++) {
        farm.check_rejected(to_vip(sized(size)), sized(size), false, SS_METHOD_INVITE);
    }
    for (const std::size_t size : {1500, 3500, 4095, SS_REJECTED_MESSAGE}) {
        INFO(size);
        farm.check_rejected(to_vip(sized(size)), sized(size), false, SS_METHOD_INVITE);
    }
    // Of longer ones the beginning.
    for (const std::size_t size : {SS_REJECTED_MESSAGE + 1, 9000}) {
        farm.check_rejected(to_vip(sized(size)), sized(SS_REJECTED_MESSAGE), false,
                            SS_METHOD_INVITE);
    }
}

TEST_CASE("when down: a request in fragments is answered by its first one", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    const Datagram datagram{GENERATE(false, true)};
    farm.check_rejected(datagram.first(), datagram.message.substr(0, Datagram::kSplit - 8),
                        datagram.ipv6, SS_METHOD_INVITE);
    farm.check(datagram.later(Datagram::kSplit, 64), SS_VERDICT_DROP, SS_REASON_FRAGMENT);
    farm.check(datagram.later(Datagram::kSplit + 64), SS_VERDICT_DROP, SS_REASON_FRAGMENT);
    CHECK(farm.rejected().empty());
    CHECK(farm.held().empty());
}

TEST_CASE("when down: every server at its limit", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT, true);
    farm.check_rejected(to_vip(kInvite), kInvite, false, SS_METHOD_INVITE, SS_REASON_POOL_FULL);
    // What limits do not hold for is sent to a server.
    farm.steer(to_vip(request("REGISTER", "r")), SS_REASON_CALL_NEW);
    CHECK(farm.rejected().empty());
}

TEST_CASE("when down: a stateless pool", "[when_down][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    farm.when_down(0, SS_WHEN_DOWN_REJECT);
    farm.ring(0, {});
    const Outcome outcome = farm.run(to_vip(kInvite));
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
    CHECK(outcome.verdict == SS_VERDICT_REJECT);
    CHECK(farm.rejected().size() == 1);
}

TEST_CASE("when down: what is never answered", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    farm.check(to_vip(request("ACK", "a")), SS_VERDICT_DROP);
    farm.check(to_vip("SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n"), SS_VERDICT_DROP);
    farm.check(to_vip("SIP/2.0 999 ?\r\nCall-ID: a\r\n\r\n"), SS_VERDICT_DROP);
    farm.check(to_vip(request_without_call_id("INVITE")), SS_VERDICT_DROP);
    farm.check(to_vip("\r\n\r\n"), SS_VERDICT_DROP);
    farm.check(to_vip("nothing known"), SS_VERDICT_DROP);
    Datagram datagram{GENERATE(false, true)};
    datagram.message.replace(0, 6, "ACK");
    farm.check(datagram.first(), SS_VERDICT_DROP);
    farm.check(datagram.later(), SS_VERDICT_DROP, SS_REASON_FRAGMENT);
    CHECK(farm.rejected().empty());
}

TEST_CASE("when down: running calls of servers that are up go on", "[when_down]") {
    Farm farm;
    farm.when_down(0, SS_WHEN_DOWN_REJECT);
    const __u32 server = farm.steer(to_vip(kInvite), SS_REASON_CALL_NEW);
    farm.ring(0, {});
    CHECK(farm.steer(to_vip(kInvite), SS_REASON_CALL_HIT) == server);
    CHECK(farm.rejected().empty());
}

TEST_CASE("when down: so many answers a second and no more", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT, false, 4'000'000'000U);
    farm.check_rejected(to_vip(kInvite), kInvite, false, SS_METHOD_INVITE);
    for (int i = 0; i < 20; i++) {
        farm.check(to_vip(kInvite), SS_VERDICT_DROP);
    }
    // What gets no answer uses none of it, and a gap of 0 is no bound.
    farm.when_down(0, SS_WHEN_DOWN_REJECT, 0);
    for (int i = 0; i < 20; i++) {
        farm.check_rejected(to_vip(kInvite), kInvite, false, SS_METHOD_INVITE);
    }
    farm.when_down(0, SS_WHEN_DOWN_REJECT, 4'000'000'000U);
    farm.check(to_vip(kInvite), SS_VERDICT_DROP);
}

TEST_CASE("when down: an ACK uses none of the rate", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT, false, 4'000'000'000U);
    farm.check(to_vip(request("ACK", "a")), SS_VERDICT_DROP);
    farm.check(to_vip("\r\n"), SS_VERDICT_DROP);
    farm.check_rejected(to_vip(kInvite), kInvite, false, SS_METHOD_INVITE);
}

TEST_CASE("when down: no room to hand a request over", "[when_down]") {
    Down farm(SS_WHEN_DOWN_REJECT);
    const std::string message = sized(SS_REJECTED_MESSAGE);
    std::size_t handed_over = 0;
    while (handed_over < 200 && farm.run(to_vip(message)).verdict == SS_VERDICT_REJECT) {
        handed_over++;
    }
    CHECK(handed_over > 30);
    CHECK(handed_over < 200);
    farm.check(to_vip(message), SS_VERDICT_DROP);
    CHECK(farm.rejected().size() == handed_over);
    farm.check_rejected(to_vip(message), message, false, SS_METHOD_INVITE);
}

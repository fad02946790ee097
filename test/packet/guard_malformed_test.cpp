// SPDX-License-Identifier: Apache-2.0
//
// What is no message is counted by its source.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <string>

using namespace sipsteer::test;

namespace {

constexpr __u32 kService = 1;
constexpr __u32 kService6 = 2;
constexpr const char *kSource = "192.0.2.7";

ss_guard_limits counting() {
    ss_guard_limits limits = {};
    limits.known_for = 1000;
    limits.in_use = 1;
    limits.malformed = 1;
    return limits;
}

__u32 send(Farm &farm, const std::string &message, const std::string &source = kSource) {
    return farm.run(to_vip(message).ipv4(source, kVip)).reason;
}

const std::string kNoCallId = "OPTIONS sip:b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n";

} // namespace

TEST_CASE("what is no message is counted by its source", "[guard][malformed]") {
    Farm farm;
    farm.guard_limits(kService, counting());
    CHECK(send(farm, "anything but SIP at all") == SS_REASON_NOT_SIP);
    CHECK(farm.malformed(kSource, kService) == 1);
    CHECK(send(farm, kNoCallId) == SS_REASON_NO_CALL_ID);
    std::string lines = "OPTIONS sip:b SIP/2.0\r\n";
    for (int i = 0; i < 300; i++) {
        lines += "a:b\n";
    }
    CHECK(send(farm, lines) == SS_REASON_TOO_MANY_LINES);
    CHECK(farm.malformed(kSource, kService) == 3);
    CHECK(send(farm, kNoCallId, "192.0.2.8") == SS_REASON_NO_CALL_ID);
    CHECK(farm.malformed("192.0.2.8", kService) == 1);
    CHECK(farm.malformed(kSource, kService6) == 0);
}

TEST_CASE("an IPv6 source is its /64", "[guard][malformed]") {
    Farm farm;
    farm.guard_limits(kService6, counting());
    for (const char *source : {"2001:db8:1:1::7", "2001:db8:1:1:9::8"}) {
        farm.run(to_vip6("anything but SIP at all").ipv6(source, kVip6));
    }
    CHECK(farm.malformed("2001:db8:1:1::", kService6) == 2);
}

TEST_CASE("what phones send is not counted", "[guard][malformed]") {
    Farm farm;
    farm.guard_limits(kService, counting());
    CHECK(send(farm, "\r\n\r\n") == SS_REASON_KEEPALIVE);
    CHECK(send(farm, request("OPTIONS", "a")) == SS_REASON_CALL_NEW);
    CHECK(send(farm, "OPTIONS sip:b SIP/2.0\r\ni: b\r\n\r\n") == SS_REASON_DOUBTFUL);
    Datagram datagram;
    datagram.message = std::string(400, 'x');
    datagram.source = kSource;
    CHECK(farm.run(datagram.first()).reason == SS_REASON_CALL_ID_BEYOND);
    CHECK(farm.malformed(kSource, kService) == 0);
}

TEST_CASE("trusted and known sources are not counted, nor is a service without a limit",
          "[guard][malformed]") {
    Farm farm;
    send(farm, kNoCallId);
    CHECK(farm.malformed(kSource, kService) == 0);
    farm.guard_limits(kService, counting());
    farm.guard("192.0.2.0", 28, SS_GUARD_TRUST);
    send(farm, kNoCallId);
    CHECK(farm.malformed(kSource, kService) == 0);
    const std::string known = "192.0.2.99";
    send(farm, request("INVITE", "a"), known);
    send(farm, request("ACK", "a"), known);
    send(farm, kNoCallId, known);
    CHECK(farm.malformed(known, kService) == 0);
    farm.age_known(known, kService, 1001);
    send(farm, kNoCallId, known);
    CHECK(farm.malformed(known, kService) == 1);
}

TEST_CASE("it is counted whatever the pool does with it", "[guard][malformed]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    farm.guard_limits(kService, counting());
    send(farm, kNoCallId);
    CHECK(farm.malformed(kSource, kService) == 1);
}

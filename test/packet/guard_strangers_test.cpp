// SPDX-License-Identifier: Apache-2.0
//
// Which methods a service takes from whom, and whose new calls it does not take.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <string>

using namespace sipsteer::test;

namespace {

constexpr __u32 kService = 1;

constexpr __u16 bits(std::initializer_list<unsigned> methods) {
    unsigned all = 0;
    for (const unsigned method : methods) {
        all |= 1U << method;
    }
    return static_cast<__u16>(all);
}

/// Known sources alone may begin with these methods.
ss_guard_limits closed(__u16 from_known, __u16 from_trusted = 0) {
    ss_guard_limits limits = {};
    limits.known_for = 1000;
    limits.in_use = 1;
    limits.from_known = from_known;
    limits.from_trusted = from_trusted;
    return limits;
}

constexpr __u16 kStealth = bits({SS_METHOD_INVITE, SS_METHOD_REGISTER, SS_METHOD_OPTIONS});

__u32 reason_of(Farm &farm, const std::string &message, const std::string &source = "192.0.2.7") {
    return farm.run(to_vip(message).ipv4(source, kVip)).reason;
}

/// A call of a source that is confirmed, with no method closed meanwhile.
void confirm_call(Farm &farm, const std::string &call, const std::string &source = "192.0.2.7") {
    farm.guard_limits(kService, closed(0));
    farm.run(to_vip(request("INVITE", call)).ipv4(source, kVip));
    farm.run(to_vip(request("ACK", call)).ipv4(source, kVip));
    CHECK(ss_call_state(farm.call(call).value) == SS_CALL_CONFIRMED);
}

} // namespace

TEST_CASE("closed methods of a stranger are dropped, others are steered", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, closed(kStealth));
    for (const char *method : {"INVITE", "REGISTER", "OPTIONS"}) {
        INFO(method);
        const auto result = farm.run(to_vip(request(method, method)));
        CHECK(result.reason == SS_REASON_METHOD_REFUSED);
        CHECK(result.action == XDP_DROP);
    }
    CHECK(reason_of(farm, request("SUBSCRIBE", "s")) == SS_REASON_CALL_NEW);
    CHECK(farm.entries().size() == 1);
    CHECK(farm.guard_counters(kService).refused == 3);
    CHECK(farm.guard_counters(kService).refused_observed == 0);
}

TEST_CASE("a request without a Call-ID, or of a dialog that is not known, is a stranger's",
          "[guard]") {
    Farm farm;
    farm.guard_limits(kService, closed(kStealth));
    CHECK(reason_of(farm, "OPTIONS sip:bob@example.com SIP/2.0\r\n\r\n") ==
          SS_REASON_METHOD_REFUSED);
    CHECK(reason_of(farm, request_to("INVITE", "lost", "<sip:bob@example.com>;tag=1")) ==
          SS_REASON_METHOD_REFUSED);
    // What is no request is not asked for.
    CHECK(reason_of(farm, "\r\n\r\n") == SS_REASON_KEEPALIVE);
    CHECK(reason_of(farm, "SIP/2.0 200 OK\r\nCall-ID: lost\r\n\r\n") != SS_REASON_METHOD_REFUSED);
    CHECK(reason_of(farm, request("BYE", "lost")) == SS_REASON_DIALOG_UNKNOWN);
}

TEST_CASE("requests of a call that the table has pass", "[guard]") {
    Farm farm;
    for (const char *call : {"early", "confirmed", "closing"}) {
        CHECK(reason_of(farm, request("INVITE", call)) == SS_REASON_CALL_NEW);
    }
    farm.run(to_vip(request("ACK", "confirmed")));
    farm.run(to_vip(request("CANCEL", "closing")));
    farm.guard_limits(kService, closed(0xfffe & ~bits({SS_METHOD_REGISTER, SS_METHOD_PUBLISH})));
    for (const char *method : {"INVITE", "OPTIONS", "INFO", "ACK", "MESSAGE"}) {
        INFO(method);
        for (const char *call : {"early", "confirmed"}) {
            CHECK(reason_of(farm, request(method, call), "198.51.100.77") == SS_REASON_CALL_HIT);
        }
        CHECK(reason_of(farm, request(method, "other")) == SS_REASON_METHOD_REFUSED);
    }
    for (const char *method : {"BYE", "CANCEL", "ACK"}) {
        CHECK(reason_of(farm, request(method, "closing")) == SS_REASON_CALL_HIT);
    }
}

TEST_CASE("an entry of something else opens no closed method", "[guard]") {
    Farm farm;
    for (const char *call : {"mine", "ended"}) {
        CHECK(reason_of(farm, request("OPTIONS", call)) == SS_REASON_CALL_NEW);
    }
    CHECK(reason_of(farm, request("BYE", "ended")) == SS_REASON_CALL_HIT);
    CHECK(reason_of(farm, request("INVITE", "early")) == SS_REASON_CALL_NEW);
    farm.guard_limits(kService, closed(bits({SS_METHOD_INVITE, SS_METHOD_REGISTER})));
    CHECK(reason_of(farm, request("OPTIONS", "mine")) == SS_REASON_CALL_HIT);
    for (const char *call : {"mine", "ended"}) {
        INFO(call);
        CHECK(reason_of(farm, request("INVITE", call)) == SS_REASON_METHOD_REFUSED);
        CHECK(reason_of(farm, request("REGISTER", call)) == SS_REASON_METHOD_REFUSED);
    }
    CHECK(reason_of(farm, request("REGISTER", "early")) == SS_REASON_METHOD_REFUSED);
}

TEST_CASE("a known source may begin with what is open to known ones", "[guard]") {
    Farm farm;
    confirm_call(farm, "before");
    farm.guard_limits(kService, closed(bits({SS_METHOD_INVITE}), bits({SS_METHOD_OPTIONS})));
    CHECK(reason_of(farm, request("INVITE", "a")) == SS_REASON_CALL_NEW);
    CHECK(reason_of(farm, request("INVITE", "b"), "192.0.2.8") == SS_REASON_METHOD_REFUSED);
    CHECK(reason_of(farm, request("OPTIONS", "c")) == SS_REASON_METHOD_REFUSED);
}

TEST_CASE("an address is known until known_for is over", "[guard]") {
    Farm farm;
    confirm_call(farm, "before");
    farm.guard_limits(kService, closed(kStealth));
    farm.age_known("192.0.2.7", kService, 900);
    CHECK(reason_of(farm, request("INVITE", "a")) == SS_REASON_CALL_NEW);
    farm.age_known("192.0.2.7", kService, 1001);
    CHECK(reason_of(farm, request("INVITE", "b")) == SS_REASON_METHOD_REFUSED);
}

TEST_CASE("a trusted source may begin with all methods", "[guard]") {
    Farm farm;
    farm.guard("192.0.2.0", 28, SS_GUARD_TRUST);
    farm.guard_limits(kService, closed(0, kStealth));
    for (const char *method : {"INVITE", "REGISTER", "OPTIONS"}) {
        INFO(method);
        CHECK(reason_of(farm, request(method, method)) == SS_REASON_CALL_NEW);
        CHECK(reason_of(farm, request(method, "other"), "192.0.2.99") == SS_REASON_METHOD_REFUSED);
    }
}

TEST_CASE("closed methods that are observed are counted and steered", "[guard]") {
    Farm farm;
    auto observed = closed(kStealth);
    observed.observe_strangers = 1;
    farm.guard_limits(kService, observed);
    CHECK(reason_of(farm, request("OPTIONS", "o")) == SS_REASON_CALL_NEW);
    CHECK(farm.guard_counters(kService).refused == 0);
    CHECK(farm.guard_counters(kService).refused_observed == 1);
}

TEST_CASE("what follows a refused first fragment is dropped", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, closed(kStealth));
    const Datagram datagram;
    CHECK(farm.run(datagram.first()).reason == SS_REASON_METHOD_REFUSED);
    CHECK(farm.run(datagram.later()).action == XDP_DROP);
    CHECK(farm.held().empty());
}

TEST_CASE("a stateless pool knows no calls, and closes no method", "[guard][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    farm.guard_limits(kService, closed(kStealth));
    CHECK(reason_of(farm, request("INVITE", "a")) == SS_REASON_STATELESS);
}

namespace {

/// A request with a User-Agent before or behind what every message has.
std::string by(const std::string &user_agent, const std::string &call, bool early = false,
               const std::string &method = "INVITE") {
    const std::string whole = request(method, call);
    const auto at = early ? whole.find("\r\n") : whole.rfind("\r\n\r\n");
    return whole.substr(0, at) + "\r\nUser-Agent: " + user_agent + whole.substr(at);
}

} // namespace

TEST_CASE("new calls of a scanner are dropped", "[guard][agent]") {
    Farm farm;
    farm.guard_limits(kService, scanners({"sipvicious", "friendly-scanner"}));
    for (const char *method : {"INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE"}) {
        for (const bool early : {false, true}) {
            INFO(method << early);
            CHECK(reason_of(farm, by("Friendly-Scanner", "s", early, method)) == SS_REASON_SCANNER);
            CHECK(reason_of(farm, by("a phone", std::string(method) + (early ? "1" : "2"), early,
                                     method)) == SS_REASON_CALL_NEW);
        }
    }
    CHECK(farm.guard_counters(kService).scanned == 8);
    CHECK(farm.run(to_vip(by("sipvicious", "d"))).action == XDP_DROP);
    CHECK(reason_of(farm, by("sipviciou", "e")) == SS_REASON_CALL_NEW);
    CHECK(reason_of(farm, request("INVITE", "none")) == SS_REASON_CALL_NEW);
}

TEST_CASE("only new calls are asked for their User-Agent", "[guard][agent]") {
    Farm farm;
    CHECK(reason_of(farm, by("sipcli", "running")) == SS_REASON_CALL_NEW);
    farm.guard_limits(kService, scanners({"sipcli"}));
    CHECK(reason_of(farm, by("sipcli", "running")) == SS_REASON_CALL_HIT);
    CHECK(reason_of(farm, by("sipcli", "lost", false, "BYE")) == SS_REASON_DIALOG_UNKNOWN);
    farm.guard("192.0.2.0", 28, SS_GUARD_TRUST);
    CHECK(reason_of(farm, by("sipcli", "trusted")) == SS_REASON_CALL_NEW);
    CHECK(reason_of(farm, by("sipcli", "other"), "192.0.2.99") == SS_REASON_SCANNER);
}

TEST_CASE("a User-Agent behind Replaces and Target-Dialog is found", "[guard][agent]") {
    Farm farm;
    farm.guard_limits(kService, scanners({"sipcli"}));
    const std::string names = "Replaces: x;to-tag=1;from-tag=2\r\nTarget-Dialog: y\r\n";
    const std::string whole = request("INVITE", "both");
    const auto end = whole.rfind("\r\n\r\n") + 2;
    CHECK(reason_of(farm, whole.substr(0, end) + names + "User-Agent: sipcli" +
                              whole.substr(end - 2)) == SS_REASON_SCANNER);
}

TEST_CASE("scanners that are observed are counted and steered", "[guard][agent]") {
    Farm farm;
    auto observed = scanners({"sipcli"});
    observed.observe_strangers = 1;
    farm.guard_limits(kService, observed);
    CHECK(reason_of(farm, by("sipcli", "o")) == SS_REASON_CALL_NEW);
    CHECK(farm.guard_counters(kService).scanned == 0);
    CHECK(farm.guard_counters(kService).scanned_observed == 1);
}

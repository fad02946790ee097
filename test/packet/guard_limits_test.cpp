// SPDX-License-Identifier: Apache-2.0
//
// How many new calls a service takes from whom.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <string>

using namespace sipsteer::test;

namespace {

constexpr __u32 kService = 1;
constexpr __u32 kService6 = 2;
constexpr __u64 kHour = 3'600'000'000'000;

/// So many new calls at once, and then none in the time of a test.
ss_guard_limit at_once(__u64 calls) {
    return {kHour, (calls - 1) * kHour};
}

ss_guard_limits limits(ss_guard_limit address, ss_guard_limit network = {},
                       ss_guard_limit known = {}) {
    ss_guard_limits all = {};
    all.limit[SS_GUARD_LIMIT_ADDRESS] = address;
    all.limit[SS_GUARD_LIMIT_NETWORK] = network;
    all.limit[SS_GUARD_LIMIT_KNOWN] = known;
    all.known_for = 1000;
    all.in_use = 1;
    return all;
}

/// Counts what a source's new calls come to.
class Caller {
public:
    Caller(Farm &farm, std::string source) : farm_(farm), source_(std::move(source)) {}

    bool takes(std::string_view method = "INVITE") {
        return farm_.run(packet(request(method, next_call()))).action == XDP_TX;
    }

    /// How many of ten it takes.
    int taken() {
        int count = 0;
        for (int i = 0; i < 10; i++) {
            count += takes() ? 1 : 0;
        }
        return count;
    }

    /// A call that the client acknowledges the 2xx of.
    void confirm_call() {
        const std::string call = next_call();
        farm_.run(packet(request("INVITE", call)));
        farm_.run(packet(request("ACK", call)));
        CHECK(ss_call_state(farm_.call(call).value) == SS_CALL_CONFIRMED);
    }

    Packet packet(const std::string &message) const {
        return source_.find(':') == std::string::npos ? to_vip(message).ipv4(source_, kVip)
                                                      : to_vip6(message).ipv6(source_, kVip6);
    }

private:
    std::string next_call() { return source_ + "-" + std::to_string(++calls_); }

    Farm &farm_;
    std::string source_;
    int calls_ = 0;
};

} // namespace

TEST_CASE("new calls of one address are limited", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(3)));
    CHECK(Caller(farm, "192.0.2.7").taken() == 3);
    CHECK(Caller(farm, "192.0.2.8").taken() == 3);
    CHECK(farm.guard_counters(kService).limited == 14);
    CHECK(farm.entries().size() == 6);
    // Another service counts for itself.
    farm.guard_limits(kService6, limits(at_once(2)));
    CHECK(Caller(farm, "2001:db8:1::7").taken() == 2);
}

TEST_CASE("an IPv6 address is that of its /64", "[guard]") {
    Farm farm;
    farm.guard_limits(kService6, limits(at_once(3), at_once(5)));
    CHECK(Caller(farm, "2001:db8:1:1::7").taken() == 3);
    CHECK(Caller(farm, "2001:db8:1:1:8::7").taken() == 0);
    CHECK(Caller(farm, "2001:db8:1:2::7").taken() == 2); // of the same /48
    CHECK(Caller(farm, "2001:db8:2:1::7").taken() == 3);
}

TEST_CASE("new calls of one network are limited", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits({}, at_once(4)));
    CHECK(Caller(farm, "192.0.2.7").taken() == 4);
    CHECK(Caller(farm, "192.0.2.8").taken() == 0);
    CHECK(Caller(farm, "192.0.3.8").taken() == 4);
}

TEST_CASE("what goes on is not limited", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(1)));
    const auto send = [&farm](const std::string &message) {
        return farm.run(to_vip(message)).reason;
    };
    CHECK(send(request("INVITE", "running")) == SS_REASON_CALL_NEW);
    CHECK(send(request("INVITE", "another")) == SS_REASON_LIMITED);
    CHECK(send(request("INVITE", "another")) == SS_REASON_LIMITED); // sent again
    for (const char *method : {"INVITE", "INFO", "CANCEL", "BYE"}) {
        INFO(method);
        CHECK(send(request(method, "running")) == SS_REASON_CALL_HIT);
    }
    // Of dialogs that the table has lost, and responses.
    CHECK(send(request("BYE", "lost")) == SS_REASON_DIALOG_UNKNOWN);
    CHECK(send(request("ACK", "lost")) == SS_REASON_DIALOG_UNKNOWN);
    CHECK(send(request_to("INFO", "lost", "<sip:bob@example.com>;tag=1")) ==
          SS_REASON_DIALOG_UNKNOWN);
    CHECK(send("SIP/2.0 200 OK\r\nCall-ID: lost\r\n\r\n") != SS_REASON_LIMITED);
    // All that begins something is: what no server takes, too.
    CHECK(send(request("REGISTER", "r")) == SS_REASON_LIMITED);
    CHECK(send(request("OPTIONS", "o")) == SS_REASON_LIMITED);
    CHECK(send("INVITE sip:x SIP/2.0\r\nCall-ID: doubtful\r\n\r\n") == SS_REASON_LIMITED);
}

/// An attempt of its own each time.
static std::string attempt(const std::string &call, int number) {
    auto message = request("INVITE", call);
    return message.insert(message.find("\r\nMax-Forwards"), std::to_string(number));
}

TEST_CASE("a call that begins in an entry of another kind is limited", "[guard]") {
    Farm farm;
    const auto send = [&farm](const std::string &message) {
        return farm.run(to_vip(message)).reason;
    };
    send(request("OPTIONS", "was something else"));
    send(request("INVITE", "was a call"));
    send(request("BYE", "was a call"));
    farm.guard_limits(kService, limits(at_once(1)));
    CHECK(send(request("INVITE", "first")) == SS_REASON_CALL_NEW);
    CHECK(send(request("INVITE", "was something else")) == SS_REASON_LIMITED);
    CHECK(send(attempt("was a call", 1)) == SS_REASON_LIMITED);
    CHECK(send(request("INVITE", "was a call")) == SS_REASON_CALL_HIT); // a copy
}

TEST_CASE("a second attempt of a call is no new call, many are", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(2)));
    const auto send = [&farm](const std::string &message) {
        return farm.run(to_vip(message)).reason;
    };
    SECTION("after a failure") {
        CHECK(send(request("INVITE", "call")) == SS_REASON_CALL_NEW);
        CHECK(send(ack_of_failure("call")) == SS_REASON_CALL_HIT); // challenged
        CHECK(send(attempt("call", 1)) == SS_REASON_CALL_HIT);
        CHECK(send(attempt("call", 1)) == SS_REASON_CALL_HIT); // sent again
        CHECK(send(request("CANCEL", "call")) == SS_REASON_CALL_HIT);
        int taken = 0;
        for (int i = 2; i < 12; i++) {
            taken += send(attempt("call", i)) == SS_REASON_CALL_HIT ? 1 : 0;
        }
        CHECK(taken == 1);
    }
    SECTION("once it is confirmed") {
        farm.guard_limits(kService, limits(at_once(2), {}, at_once(1)));
        CHECK(send(request("INVITE", "call")) == SS_REASON_CALL_NEW);
        send(request("ACK", "call"));
        int taken = 0;
        for (int i = 0; i < 10; i++) {
            taken += send(attempt("call", i)) == SS_REASON_CALL_NEW ? 1 : 0;
        }
        CHECK(taken == 1);
        CHECK(send(request_to("INVITE", "call", "<sip:bob@example.com>;tag=1")) ==
              SS_REASON_CALL_HIT); // of its dialog
    }
    SECTION("at a time") {
        int taken = 0;
        for (int i = 0; i < 30; i++) {
            taken += farm.run(to_vip(attempt("fork", i))).action == XDP_TX ? 1 : 0;
        }
        CHECK(taken == 8 + 1); // SS_FREE_ATTEMPTS
    }
}

TEST_CASE("an address that had a call confirmed is known", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(2), at_once(3), at_once(6)));
    Caller known(farm, "192.0.2.7");
    known.confirm_call();
    CHECK(known.taken() == 6);
    // It does not count for its network, which had one call before it was known.
    CHECK(Caller(farm, "192.0.2.8").taken() == 2);
    CHECK(Caller(farm, "192.0.2.9").taken() == 0);
    // Without a limit for known ones all is taken.
    farm.guard_limits(kService, limits(at_once(2)));
    CHECK(known.taken() == 10);
}

TEST_CASE("a trusted address has no limit", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(1), at_once(1)));
    farm.guard("192.0.2.0", 28, SS_GUARD_TRUST);
    CHECK(Caller(farm, "192.0.2.7").taken() == 10);
    CHECK(Caller(farm, "192.0.2.16").taken() == 1);
    Farm other;
    other.guard_limits(kService, limits(at_once(1)));
    other.guard("192.0.2.0", 28, SS_GUARD_TRUST, kService);
    CHECK(Caller(other, "192.0.2.7").taken() == 10);
}

TEST_CASE("limits that are observed drop nothing", "[guard]") {
    Farm farm;
    auto observed = limits(at_once(3));
    observed.observe = 1;
    farm.guard_limits(kService, observed);
    CHECK(Caller(farm, "192.0.2.7").taken() == 10);
    CHECK(farm.guard_counters(kService).limited_observed == 7);
    CHECK(farm.guard_counters(kService).limited == 0);
}

TEST_CASE("what follows a first fragment beyond a limit is dropped", "[guard]") {
    Farm farm;
    farm.guard_limits(kService, limits(at_once(1)));
    Caller(farm, std::string(kClient)).taken();
    const Datagram datagram;
    CHECK(farm.run(datagram.first()).reason == SS_REASON_LIMITED);
    CHECK(farm.run(datagram.later()).action == XDP_DROP);
    CHECK(farm.held().empty());
}

TEST_CASE("a stateless pool knows no new calls, and has no limit", "[guard][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    farm.guard_limits(kService, limits(at_once(1)));
    CHECK(Caller(farm, "192.0.2.7").taken() == 10);
}

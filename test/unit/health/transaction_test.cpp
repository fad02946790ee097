// SPDX-License-Identifier: Apache-2.0
#include "health/transaction.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::health;
using namespace sipsteer::sip;
using namespace std::chrono_literals;
using sipsteer::Address;
using sipsteer::config::Probe;

namespace {

const Transaction::Time kStart = Transaction::Time{} + 1h;

SipRequest request(const char *transport = "UDP") {
    return {.transport = transport,
            .local = {*Address::parse("192.0.2.1"), 40000},
            .server = {*Address::parse("192.0.2.11"), 5060},
            .branch = "z9hG4bKabc",
            .tag = "t",
            .call_id = "c",
            .cseq = 1};
}

SipReply reply(unsigned code) {
    return {.code = code, .reason = "X", .branch = "z9hG4bKabc", .cseq = 1, .method = "OPTIONS"};
}

Probe lasting(std::chrono::milliseconds timeout) {
    Probe settings;
    settings.timeout = timeout;
    return settings;
}

/// When requests are sent, in milliseconds from the start, if nothing disturbs.
std::vector<long> times_of_sending(Transaction &transaction) {
    std::vector<long> times;
    for (auto now = kStart; !transaction.is_over(now); now = transaction.next()) {
        if (transaction.must_send(now)) {
            times.push_back(
                std::chrono::duration_cast<std::chrono::milliseconds>(now - kStart).count());
            transaction.sent(now);
        }
    }
    return times;
}

Outcome outcome_of(const Probe &settings, unsigned code) {
    Transaction transaction(request(), settings, kStart);
    const auto outcome = transaction.receive(reply(code), kStart + 20ms);
    REQUIRE(outcome);
    return outcome->outcome;
}

} // namespace

TEST_CASE("timer E: 500 ms, doubling, 4 s at most, until the timeout") {
    Transaction transaction(request(), lasting(20s), kStart);
    CHECK(times_of_sending(transaction) ==
          std::vector<long>{0, 500, 1500, 3500, 7500, 11500, 15500, 19500});
    Transaction shorter(request(), lasting(1500ms), kStart);
    CHECK(times_of_sending(shorter) == std::vector<long>{0, 500});
}

TEST_CASE("over TCP nothing is sent twice") {
    Transaction transaction(request("TCP"), lasting(20s), kStart);
    CHECK(times_of_sending(transaction) == std::vector<long>{0});
    CHECK(transaction.next() == kStart + 20s);
}

TEST_CASE("a provisional reply is no answer, and slows the requests down") {
    Transaction transaction(request(), lasting(20s), kStart);
    transaction.sent(kStart);
    CHECK_FALSE(transaction.receive(reply(100), kStart + 10ms));
    CHECK_FALSE(transaction.receive(reply(199), kStart + 10ms));
    CHECK(transaction.must_send(kStart + 500ms));
    transaction.sent(kStart + 500ms);
    CHECK(transaction.next() == kStart + 4500ms);
    CHECK_FALSE(transaction.must_send(kStart + 4499ms));
}

TEST_CASE("a final reply is the outcome") {
    Transaction transaction(request(), lasting(1s), kStart);
    const auto outcome = transaction.receive(reply(200), kStart + 20ms);
    REQUIRE(outcome);
    CHECK(outcome->outcome == Outcome::Ok);
    CHECK(outcome->text == "200 X");
    CHECK(outcome->rtt == 20ms);
}

TEST_CASE("codes that are accepted") {
    CHECK(outcome_of({}, 200) == Outcome::Ok);
    CHECK(outcome_of({}, 202) == Outcome::WrongCode);
    CHECK(outcome_of({}, 404) == Outcome::WrongCode);
    Probe some;
    some.accept = {{200, 200}, {400, 499}};
    CHECK(outcome_of(some, 200) == Outcome::Ok);
    CHECK(outcome_of(some, 399) == Outcome::WrongCode);
    CHECK(outcome_of(some, 400) == Outcome::Ok);
    CHECK(outcome_of(some, 499) == Outcome::Ok);
    CHECK(outcome_of(some, 500) == Outcome::WrongCode);
    CHECK(outcome_of(some, 503) == Outcome::WrongCode);
}

TEST_CASE("a reply is matched by branch, CSeq and method") {
    const Transaction transaction(request(), lasting(1s), kStart);
    CHECK(transaction.owns(reply(200)));
    auto other = reply(200);
    other.branch = "z9hG4bKabd";
    CHECK_FALSE(transaction.owns(other));
    other = reply(200);
    other.cseq = 2;
    CHECK_FALSE(transaction.owns(other));
    other = reply(200);
    other.method = "REGISTER";
    CHECK_FALSE(transaction.owns(other));
}

// SPDX-License-Identifier: Apache-2.0
//
// When VIPs are announced, and when steps that failed are tried again.
#include "upkeep/announcer.hpp"
#include "upkeep/retry.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::upkeep;
using namespace std::chrono_literals;

namespace {

const Place kPlace{"eth0", *Address::parse("198.51.100.100")};

LinkInfo eth0(bool up, std::uint8_t mac = 1, std::uint32_t ifindex = 2) {
    LinkInfo link;
    link.ifindex = ifindex;
    link.up = up;
    link.mac = {2, 0, 0, 0, 0, mac};
    return link;
}

/// Seconds until nothing more is announced.
unsigned ticks(Announcer &announcer) {
    unsigned count = 0;
    while (!announcer.tick().empty()) {
        REQUIRE(++count < 100);
    }
    return count;
}

} // namespace

TEST_CASE("a VIP is announced several times when it is new, and not again") {
    Announcer announcer;
    CHECK(announcer.note({{kPlace, eth0(true)}}).size() == 1);
    CHECK(ticks(announcer) == Announcer::kTimes - 1);
    CHECK(announcer.note({{kPlace, eth0(true)}}).empty());
    CHECK(ticks(announcer) == 0);
}

TEST_CASE("it is announced when the link is back, and not while it is away") {
    Announcer announcer;
    CHECK(announcer.note({{kPlace, eth0(false)}}).empty());
    CHECK(ticks(announcer) == 0);
    CHECK(announcer.note({{kPlace, eth0(true)}}).size() == 1);
    CHECK(announcer.note({{kPlace, eth0(false)}}).empty());
    CHECK(ticks(announcer) == 0);
    CHECK(announcer.note({{kPlace, eth0(true)}}).size() == 1);
    CHECK(ticks(announcer) == Announcer::kTimes - 1);
}

TEST_CASE("it is announced when the interface has another MAC, or is another one") {
    Announcer announcer;
    (void)announcer.note({{kPlace, eth0(true, 1)}});
    CHECK(announcer.note({{kPlace, eth0(true, 9)}}).size() == 1);
    CHECK(announcer.link(kPlace).mac[5] == 9);
    CHECK(announcer.note({{kPlace, eth0(true, 9, 5)}}).size() == 1);
    CHECK(announcer.note({{kPlace, eth0(true, 9, 5)}}).empty());
}

TEST_CASE("a VIP that was away is announced when it is there again") {
    Announcer announcer;
    (void)announcer.note({{kPlace, eth0(true)}});
    CHECK(announcer.note({}).empty());
    CHECK(ticks(announcer) == 0);
    CHECK(announcer.note({{kPlace, eth0(true)}}).size() == 1);
}

TEST_CASE("a step that failed waits, longer each time, unless its interface changes") {
    Retry retry;
    Retry::Time now{};
    CHECK(retry.is_due("eth0", eth0(true), now));
    auto last = 0s;
    for (int i = 0; i < 8; i++) {
        retry.failed("eth0", eth0(true), now);
        CHECK_FALSE(retry.is_due("eth0", eth0(true), now));
        CHECK(retry.is_due("eth0", eth0(false), now));
        CHECK(retry.is_due("eth1", eth0(true), now));
        auto pause = 1s;
        while (!retry.is_due("eth0", eth0(true), now + pause)) {
            pause += 1s;
        }
        CHECK(pause >= last);
        CHECK(pause <= 30s);
        last = pause;
        now += pause;
    }
    CHECK(last == 30s);
    retry.succeeded("eth0");
    CHECK(retry.is_due("eth0", eth0(true), now));
    retry.failed("eth0", eth0(true), now);
    retry.forget();
    CHECK(retry.is_due("eth0", eth0(true), now));
}

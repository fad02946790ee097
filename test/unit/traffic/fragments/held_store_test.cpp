// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/store.hpp"

#include <catch2/catch.hpp>

#include <malloc.h>

using namespace sipsteer::fragments;

namespace {

constexpr std::size_t kMuch = 1 << 20;

ss_fragment_key key(std::uint32_t id, std::uint8_t source = 1) {
    ss_fragment_key key{};
    key.source[15] = source;
    key.id = id;
    return key;
}

HeldFrame fragment(std::uint32_t id, std::uint32_t since, std::size_t bytes = 100,
                   std::uint8_t source = 1) {
    HeldFrame frame;
    frame.held.key = key(id, source);
    frame.held.since = since;
    frame.frame.assign(bytes, 0);
    return frame;
}

/// What a fragment of 100 bytes costs.
std::size_t one() {
    Store store(kMuch, 10);
    store.add(fragment(1, 0));
    return store.bytes();
}

} // namespace

TEST_CASE("fragments are given out with their own datagram, in the order they came") {
    Store store(kMuch, 10);
    REQUIRE(store.add(fragment(7, 0, 10)).empty());
    REQUIRE(store.add(fragment(8, 0)).empty());
    REQUIRE(store.add(fragment(7, 0, 20)).empty());
    REQUIRE(store.add(fragment(7, 0, 30, 2)).empty());

    const auto taken = store.take(key(7));
    REQUIRE(taken.size() == 2);
    CHECK(taken.front().frame.size() == 10);
    CHECK(taken.back().frame.size() == 20);
    CHECK(store.take(key(7)).empty());
    CHECK_FALSE(store.empty());
    CHECK(store.take(key(8)).size() == 1);
    CHECK(store.take(key(7, 2)).size() == 1);
    CHECK(store.empty());
    CHECK(store.bytes() == 0);
}

TEST_CASE("no more memory is used than allowed: what has waited longest is given up") {
    Store store(4 * one(), 10);
    for (std::uint8_t source = 1; source <= 4; source++) {
        CHECK(store.add(fragment(source, 0, 100, source)).empty());
    }
    CHECK(store.bytes() == 4 * one());
    CHECK(store.add(fragment(5, 0, 100, 5)).size() == 1);
    CHECK(store.take(key(1, 1)).empty());
    CHECK(store.take(key(2, 2)).size() == 1);
    CHECK(store.add(fragment(3, 0, 100, 3)).empty());
    CHECK(store.add(fragment(6, 0, 100, 6)).size() == 2); // the whole datagram, of two
    CHECK(store.take(key(3, 3)).empty());
    CHECK(store.add(fragment(7, 0, 4 * one(), 7)).size() == 1); // itself
    CHECK(store.take(key(4, 4)).size() == 1);
    CHECK(store.take(key(5, 5)).size() == 1);
    CHECK(store.take(key(6, 6)).size() == 1);
    CHECK(store.bytes() == 0);
}

TEST_CASE("a source has half of the memory at most, and gives up its own") {
    Store store(8 * one(), 10);
    REQUIRE(store.add(fragment(1, 0, 100, 2)).empty()); // the oldest of all, another one's
    for (std::uint32_t id = 1; id <= 4; id++) {
        CHECK(store.add(fragment(id, 0)).empty());
    }
    for (std::uint32_t id = 5; id <= 100; id++) {
        CHECK(store.add(fragment(id, 0)).size() == 1);
        CHECK(store.bytes() == 5 * one());
    }
    CHECK(store.take(key(96)).empty());
    CHECK(store.take(key(97)).size() == 1);
    CHECK(store.take(key(1, 2)).size() == 1);
    // A datagram that alone takes the half goes, and begins anew.
    CHECK(store.add(fragment(98, 0)).empty());
    CHECK(store.add(fragment(98, 0, 3 * one())).size() > 0);
}

TEST_CASE("a flood of fragments leaves a late first fragment its rest") {
    // From everywhere, or all in the name of the one that waits.
    const bool forged = GENERATE(false, true);
    Store store(100 * one(), 10);
    const std::uint32_t room = forged ? 50 : 100;
    const auto flood = [&](std::uint32_t id) {
        store.add(fragment(id, 0, 100, forged ? 1 : static_cast<std::uint8_t>(2 + id % 200)));
    };
    for (std::uint32_t id = 1000; id < 2000; id++) {
        flood(id);
    }
    store.add(fragment(1, 0));
    for (std::uint32_t id = 2000; id < 2000 + room - 1; id++) { // until its first one comes
        flood(id);
    }
    CHECK(store.take(key(1)).size() == 1);
}

TEST_CASE("a datagram has so many fragments held and no more") {
    Store store(kMuch, 10);
    for (std::size_t i = 0; i < Store::kMostFrames; i++) {
        REQUIRE(store.add(fragment(1, 0, 10)).empty());
    }
    CHECK(store.add(fragment(1, 0, 10)).size() == 1);
    CHECK(store.add(fragment(2, 0, 10)).empty());
    CHECK(store.take(key(1)).size() == Store::kMostFrames);
}

TEST_CASE("a datagram is held for its time and not longer") {
    Store store(kMuch, 10);
    CHECK_FALSE(store.due(100));
    REQUIRE(store.add(fragment(1, 100)).empty());
    REQUIRE(store.add(fragment(2, 103, 20)).empty());
    REQUIRE(store.add(fragment(1, 105)).empty());
    CHECK(store.due(100).value() == 11);
    CHECK(store.expire(110, 100).empty());
    CHECK(store.due(110).value() == 1);
    CHECK(store.due(111).value() == 0);
    const auto expired = store.expire(111, 100);
    REQUIRE(expired.size() == 2);
    CHECK(expired.front().held.since == 100);
    CHECK(store.due(111).value() == 3);
    CHECK(store.expire(114, 100).size() == 1);
    CHECK(store.empty());
    CHECK(store.bytes() == 0);
}

TEST_CASE("so many fragments expire at a time and hardly more") {
    Store store(kMuch, 10);
    for (std::uint32_t id = 1; id <= 5; id++) {
        store.add(fragment(id, 0));
        store.add(fragment(id, 0));
    }
    CHECK(store.expire(100, 3).size() == 4);
    CHECK(store.due(100).value() == 0);
    CHECK(store.expire(100, 100).size() == 6);
}

TEST_CASE("a fragment noted after the clock was read is not old, nor is one at the clock's wrap") {
    Store store(kMuch, 10);
    REQUIRE(store.add(fragment(1, 101)).empty());
    CHECK(store.expire(100, 100).empty());
    CHECK(store.due(100).value() == 12);
    store.take(key(1));
    REQUIRE(store.add(fragment(2, 0xfffffffe)).empty());
    CHECK(store.expire(3, 100).empty());
    CHECK(store.due(3).value() == 6);
    CHECK(store.take(key(2)).size() == 1);
}

TEST_CASE("the memory that is counted is what the fragments take", "[memory]") {
    const std::size_t bytes = GENERATE(1, 60, 1514);
    const std::size_t before = mallinfo2().uordblks;
    Store store(64 * kMuch, 10);
    for (std::uint32_t id = 1; id <= 1000; id++) {
        store.add(fragment(id, 0, bytes, static_cast<std::uint8_t>(id)));
    }
    const std::size_t taken = mallinfo2().uordblks - before;
    INFO(taken << " bytes taken, " << store.bytes() << " counted");
    CHECK(taken <= store.bytes());
    CHECK(store.bytes() <= taken + taken / 2);
}

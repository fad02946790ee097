// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/store.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::fragments;

namespace {

HeldFrame fragment(std::uint32_t id, std::uint32_t since, std::size_t bytes = 100) {
    HeldFrame frame;
    frame.held.key.id = id;
    frame.held.since = since;
    frame.frame.assign(bytes, 0);
    return frame;
}

auto only(std::uint32_t id) {
    return [id](const ss_fragment_key &key) { return key.id == id; };
}

} // namespace

TEST_CASE("fragments are given out with their own datagram, in the order they came") {
    Store store(1000, 10);
    auto first = fragment(7, 0, 10);
    auto second = fragment(7, 0, 20);
    REQUIRE(store.add(first).empty());
    REQUIRE(store.add(fragment(8, 0)).empty());
    REQUIRE(store.add(second).empty());
    CHECK(store.bytes() == 130);

    const auto taken = store.take(only(7));
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].frame.size() == 10);
    CHECK(taken[1].frame.size() == 20);
    CHECK(store.bytes() == 100);
    CHECK(store.take(only(7)).empty());
    CHECK_FALSE(store.empty());
    CHECK(store.take(only(8)).size() == 1);
    CHECK(store.empty());
}

TEST_CASE("no more bytes are held than allowed: what has waited longest is given up") {
    Store store(250, 10);
    CHECK(store.add(fragment(1, 0)).size() == 0);
    CHECK(store.add(fragment(2, 0)).size() == 0);
    CHECK(store.add(fragment(3, 0)).size() == 1);
    CHECK(store.bytes() == 200);
    CHECK(store.take(only(1)).empty());
    CHECK(store.take(only(2)).size() == 1);
    CHECK(store.add(fragment(3, 0)).size() == 0);
    CHECK(store.add(fragment(4, 0)).size() == 2); // the whole datagram, of two
    CHECK(store.take(only(3)).empty());
    CHECK(store.add(fragment(5, 0, 251)).size() == 1); // itself
    CHECK(store.take(only(4)).size() == 1);
    CHECK(store.bytes() == 0);
}

TEST_CASE("a flood of fragments from everywhere leaves a late first fragment its rest") {
    Store store(10'000, 10);
    for (std::uint32_t id = 1; id <= 1000; id++) {
        store.add(fragment(id, 0));
    }
    store.add(fragment(5000, 0));
    for (std::uint32_t id = 1001; id <= 1099; id++) { // all that come until its first one does
        store.add(fragment(id, 0));
    }
    CHECK(store.take(only(5000)).size() == 1);
}

TEST_CASE("a fragment is held for its time and not longer") {
    Store store(1000, 10);
    REQUIRE(store.add(fragment(1, 105, 20)).empty());
    REQUIRE(store.add(fragment(1, 100)).empty());
    CHECK(store.expire(110).empty());
    const auto expired = store.expire(111);
    REQUIRE(expired.size() == 1);
    CHECK(expired[0].held.since == 100);
    CHECK(expired[0].frame.size() == 100);
    CHECK(store.bytes() == 20);
    CHECK(store.expire(116).size() == 1);
    CHECK(store.empty());
    CHECK(store.bytes() == 0);
}

TEST_CASE("a fragment noted after the clock was read is not old, nor is one at the clock's wrap") {
    Store store(1000, 10);
    REQUIRE(store.add(fragment(1, 101)).empty());
    CHECK(store.expire(100).empty());
    REQUIRE(store.add(fragment(2, 0xfffffffe)).empty());
    CHECK(store.expire(3).empty());
    CHECK(store.take(only(2)).size() == 1);
}

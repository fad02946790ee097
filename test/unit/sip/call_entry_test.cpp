// SPDX-License-Identifier: Apache-2.0
#include <sipsteer/call.h>
#include <sipsteer/ring.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

TEST_CASE("an entry's fields come out as they went in", "[call_entry]") {
    for (const __u32 tag : {1U, 0x12345678U, 0xffffffffU}) {
        for (__u32 state = 0; state < SS_CALL_STATES; state++) {
            for (const __u32 server : {0U, 1U, 0xabcU, SS_MAX_SERVERS - 1U}) {
                for (const __u32 seen : {0U, 1U, 0xfffeU, 0xffffU}) {
                    const __u64 entry = ss_call_make(tag, state, server, seen);
                    REQUIRE(ss_call_tag(entry) == tag);
                    REQUIRE(ss_call_state(entry) == state);
                    REQUIRE(ss_call_server(entry) == server);
                    REQUIRE(ss_call_seen(entry) == seen);
                }
            }
        }
    }
}

TEST_CASE("the entry's picture in the header", "[call_entry]") {
    CHECK(ss_call_make(0xaabbccdd, 0x5, 0x123, 0x4567) == 0xaabbccdd51234567);
    CHECK(ss_call_make(1, 1, 1, 0x12345) == 0x0000000110012345);
}

TEST_CASE("idle time over the wrap", "[call_entry]") {
    const auto idle = [](__u32 seen, __u32 now) {
        return ss_call_idle(ss_call_make(1, 1, 1, seen), now);
    };
    CHECK(idle(100, 100) == 0);
    CHECK(idle(100, 115) == 15);
    CHECK(idle(0xfff0, 0x0010) == 0x20);
    CHECK(idle(0, 0x8000) == 0x8000);
    // An entry a little ahead of this CPU's clock was seen just now, not 39 hours ago.
    CHECK(idle(101, 100) == 0);
    CHECK(idle(0x0001, 0xffff) == 0);
}

TEST_CASE("a key's places", "[call_entry]") {
    std::mt19937_64 random(1);
    for (const __u32 buckets : {2U, 3U, 64U, 142'858U, 1U << 25}) {
        int same = 0;
        for (int i = 0; i < 10'000; i++) {
            const __u64 position = ss_call_position(random(), 7);
            const __u32 tag = ss_call_position_tag(position);
            const __u32 first = ss_call_first_bucket(position, buckets);
            const __u32 other = ss_call_other_bucket(first, tag, buckets);
            REQUIRE(tag != 0);
            REQUIRE(first < buckets);
            REQUIRE(other < buckets);
            REQUIRE(ss_call_other_bucket(other, tag, buckets) == first);
            same += other == first ? 1 : 0;
        }
        CHECK(same <= static_cast<int>(3 * 10'000 / buckets / 2 + 5)); // one of buckets
    }
}

TEST_CASE("a tag is never 0, which is an empty entry's", "[call_entry]") {
    CHECK(ss_call_position_tag(0) == 1);
    CHECK(ss_call_position_tag(0x00000000ffffffff) == 1);
    CHECK(ss_call_position_tag(0x0000000200000000) == 2);
}

TEST_CASE("the same Call-ID has another place in another pool", "[call_entry]") {
    const __u64 key = 0x0123456789abcdef;
    for (__u32 pool = 0; pool < SS_MAX_POOLS; pool++) {
        for (__u32 another = 0; another < pool; another++) {
            REQUIRE(ss_call_position_tag(ss_call_position(key, pool)) !=
                    ss_call_position_tag(ss_call_position(key, another)));
        }
    }
}

TEST_CASE("both buckets are used evenly", "[call_entry]") {
    constexpr __u32 kBuckets = 64;
    constexpr int kKeys = 64'000;
    std::vector<int> first(kBuckets);
    std::vector<int> other(kBuckets);
    std::mt19937_64 random(2);
    for (int i = 0; i < kKeys; i++) {
        const __u64 position = ss_call_position(random(), 0);
        const __u32 bucket = ss_call_first_bucket(position, kBuckets);
        first[bucket]++;
        other[ss_call_other_bucket(bucket, ss_call_position_tag(position), kBuckets)]++;
    }
    for (std::size_t i = 0; i < kBuckets; i++) {
        // 1000 on average, standard deviation 31.
        CHECK(std::abs(first[i] - 1000) < 160);
        CHECK(std::abs(other[i] - 1000) < 160);
    }
}

TEST_CASE("ring slots: all of them, none beyond", "[call_entry]") {
    CHECK(ss_ring_slot(0) == 0);
    CHECK(ss_ring_slot(0xffffffff) == SS_RING_SLOTS - 1);
    CHECK(ss_ring_slot(0xabcdef0000000000) == 0); // the low half counts
    std::vector<bool> used(SS_RING_SLOTS);
    for (__u64 low = 0; low < 0x100000000; low += 0x4000) {
        used[ss_ring_slot(low)] = true;
    }
    CHECK(std::count(used.begin(), used.end(), true) > SS_RING_SLOTS - 3);
}

// SPDX-License-Identifier: Apache-2.0
#include "calls/doubles.hpp"

#include "call_cases.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace sipsteer::calls;
using namespace sipsteer::calls::test;

namespace {

constexpr std::uint32_t kPairTag = 0xabcd1234;

/// A call's two buckets in a table; the tag gives two that differ.
struct Pair {
    std::vector<ss_bucket> table = std::vector<ss_bucket>(7);
    std::vector<ss_server_load> loads = std::vector<ss_server_load>(SS_MAX_SERVERS);
    Doubles doubles{{{table, {}}}, loads};
    std::uint32_t first = 2;
    std::uint32_t other = ss_call_other_bucket(2, kPairTag, 7);

    __u64 &at(std::uint32_t bucket, unsigned slot) { return table[bucket].entry[slot]; }

    void put(std::uint32_t bucket, unsigned slot, __u64 entry) {
        at(bucket, slot) = entry;
        count_swap(loads, 0, entry);
    }

    /// How many entries it removed.
    std::uint64_t pass() {
        const std::uint64_t before = doubles.removed();
        CHECK(doubles.slice(table.size(), kNow));
        return doubles.removed() - before;
    }
};

/// Whether they differ in their times only.
bool is_same_call(__u64 one, __u64 other) {
    return one >> SS_CALL_SEEN_BITS == other >> SS_CALL_SEEN_BITS;
}

} // namespace

TEST_CASE("of two entries of a call the one that knows more stays, wherever it is", "[doubles]") {
    const std::vector<std::pair<__u64, __u64>> cases = {
        // stays, goes
        {make_entry(SS_CALL_CONFIRMED, 9, 1), make_entry(SS_CALL_EARLY, 4, 2)},
        {make_entry(SS_CALL_CLOSING, 9, 1), make_entry(SS_CALL_CONFIRMED, 4, 2)},
        {make_entry(SS_CALL_EARLY, 9, 1), make_entry(SS_CALL_OTHER, 4, 2)},
        {make_entry(SS_CALL_EARLY, 3, 1), make_entry(SS_CALL_EARLY, 4, 2)},
        {make_entry(SS_CALL_CONFIRMED, 0, 1), make_entry(SS_CALL_CONFIRMED, 2, 1)},
    };
    for (const auto &[stays, goes] : cases) {
        for (const bool in_first : {true, false}) {
            for (const bool apart : {true, false}) {
                Pair pair;
                REQUIRE(pair.first != pair.other);
                const std::uint32_t bucket = in_first ? pair.first : pair.other;
                const std::uint32_t twins = !apart ? bucket : in_first ? pair.other : pair.first;
                pair.put(bucket, in_first ? 0 : 6, stays);
                pair.put(twins, 3, goes);
                CHECK(pair.pass() == 1);
                CHECK(is_same_call(pair.at(bucket, in_first ? 0 : 6), stays));
                CHECK(pair.at(twins, 3) == 0);
                CHECK(pair.loads[1].live == ss_call_is_live(ss_call_state(stays)));
                CHECK(pair.loads[2].live == 0);
                CHECK(pair.pass() == 0);
            }
        }
    }
}

TEST_CASE("the entry that stays is later than both, so who moves it finds it changed",
          "[doubles]") {
    Pair pair;
    const __u64 copy = make_entry(SS_CALL_CONFIRMED, 50);
    pair.put(pair.first, 0, copy);
    pair.put(pair.other, 0, copy);
    CHECK(pair.pass() == 1);
    const __u64 left = pair.at(pair.first, 0) + pair.at(pair.other, 0);
    CHECK(left != copy);
    CHECK(ss_call_idle(left, kNow) == 49);
    CHECK(pair.loads[1].live == 1);
}

TEST_CASE("an entry that has just had a message stays for now", "[doubles]") {
    for (const std::uint32_t idle : {0U, 1U}) {
        Pair pair;
        pair.put(pair.first, 0, make_entry(SS_CALL_CONFIRMED, 9, 1));
        pair.put(pair.other, 0, make_entry(SS_CALL_EARLY, idle, 2));
        CHECK(pair.pass() == 0);
        CHECK(ss_call_idle(pair.at(pair.first, 0), kNow) == 9);
        pair.at(pair.other, 0) -= 2 - idle;
        CHECK(pair.pass() == 1);
    }
}

TEST_CASE("three entries of a call become one", "[doubles]") {
    Pair pair;
    pair.put(pair.first, 0, make_entry(SS_CALL_EARLY, 9, 1));
    pair.put(pair.first, 5, make_entry(SS_CALL_EARLY, 9, 2));
    pair.put(pair.other, 2, make_entry(SS_CALL_EARLY, 9, 3));
    CHECK(pair.pass() + pair.pass() == 2);
    CHECK(pair.loads[1].live + pair.loads[2].live + pair.loads[3].live == 1);
}

TEST_CASE("other calls stay, and the same tag in buckets of another call", "[doubles]") {
    Pair pair;
    pair.put(pair.first, 0, make_entry(SS_CALL_EARLY, 9));
    pair.put(pair.first, 1, make_entry(SS_CALL_EARLY, 9, 1, kPairTag + 1));
    pair.put(pair.other, 0, make_entry(SS_CALL_EARLY, 9, 1, kPairTag + 2));
    for (std::uint32_t bucket = 0; bucket < pair.table.size(); ++bucket) {
        if (bucket != pair.first && bucket != pair.other) {
            const bool lower = bucket <= ss_call_other_bucket(bucket, kPairTag, 7);
            pair.put(bucket, 4, lower ? make_entry(SS_CALL_EARLY, 9) : 0);
        }
    }
    const auto before = pair.table;
    CHECK(pair.pass() == 0);
    for (std::size_t bucket = 0; bucket < before.size(); ++bucket) {
        for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
            CHECK(pair.table[bucket].entry[slot] == before[bucket].entry[slot]);
        }
    }
}

TEST_CASE("slices make a pass over both tables of a resize", "[doubles]") {
    Pair present;
    Pair before;
    before.put(before.first, 0, make_entry(SS_CALL_EARLY, 9));
    before.put(before.other, 0, make_entry(SS_CALL_EARLY, 9));
    present.doubles.set_tables({{present.table, {}}, {before.table, {}}});
    unsigned slices = 1;
    while (!present.doubles.slice(3, kNow)) {
        ++slices;
    }
    CHECK(slices == 5);
    CHECK(present.doubles.removed() == 1);
}

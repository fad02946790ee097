// SPDX-License-Identifier: Apache-2.0
//
// Finding, removing and moving calls while the data plane changes them.
#include "call_cases.hpp"
#include "calls/lookup.hpp"
#include "calls/rehoming.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace sipsteer::calls;
using namespace sipsteer::calls::test;

namespace {

constexpr std::uint64_t kPosition = 0x1234567890abcdefULL;

struct Memory {
    std::vector<ss_bucket> table;
    std::vector<ss_server_load> loads{4};

    explicit Memory(std::size_t size) : table(size) {}

    std::uint32_t first(std::uint64_t position) const {
        return ss_call_first_bucket(position, static_cast<std::uint32_t>(table.size()));
    }
    std::uint32_t other(std::uint64_t position) const {
        return ss_call_other_bucket(first(position), ss_call_position_tag(position),
                                    static_cast<std::uint32_t>(table.size()));
    }
    /// A call of a position.
    static __u64 entry(std::uint64_t position, std::uint32_t state, std::uint16_t server) {
        return make_entry(state, 3, server, ss_call_position_tag(position));
    }
    std::int64_t live(std::size_t server) { return live_calls(loads[server]); }
};

} // namespace

TEST_CASE("a call is found in either of its buckets") {
    Memory memory(1000);
    CHECK_FALSE(find_call(memory.table, kPosition));
    CHECK_FALSE(find_call({}, kPosition));
    const bool in_other = GENERATE(false, true);
    const auto bucket = in_other ? memory.other(kPosition) : memory.first(kPosition);
    memory.table[bucket].entry[2] = make_entry(SS_CALL_EARLY, 1, 1, 0x7777); // somebody else's
    memory.table[bucket].entry[5] = Memory::entry(kPosition, SS_CALL_EARLY, 1);
    const auto found = find_call(memory.table, kPosition);
    REQUIRE(found);
    CHECK(found->bucket == bucket);
    CHECK(found->slot == 5);
    CHECK(found->entry == memory.table[bucket].entry[5]);
}

TEST_CASE("removing a call counts it down, if it is live") {
    Memory memory(1000);
    const auto state = GENERATE(range(1U, static_cast<unsigned>(SS_CALL_STATES)));
    auto &entry = memory.table[memory.first(kPosition)].entry[0];
    entry = Memory::entry(kPosition, state, 1);
    memory.loads[1].live = 5;
    CHECK(remove_call(memory.table, memory.loads, kPosition) == Memory::entry(kPosition, state, 1));
    CHECK(entry == 0);
    CHECK(memory.live(1) == (ss_call_is_live(state) ? 4 : 5));
    CHECK_FALSE(remove_call(memory.table, memory.loads, kPosition));
    CHECK(memory.live(1) == (ss_call_is_live(state) ? 4 : 5));
}

TEST_CASE("a call that is given another server keeps its state and times, and is counted there") {
    Memory memory(1000);
    auto &entry = memory.table[memory.first(kPosition)].entry[0];
    entry = Memory::entry(kPosition, SS_CALL_CONFIRMED, 1);
    memory.loads[1].live = 1;
    CHECK_FALSE(rehome_call(memory.table, memory.loads, kPosition, 3, 2)); // it is not at 3
    CHECK(memory.live(1) == 1);
    CHECK(rehome_call(memory.table, memory.loads, kPosition, 1, 2));
    CHECK(entry == Memory::entry(kPosition, SS_CALL_CONFIRMED, 2));
    CHECK(memory.live(1) == 0);
    CHECK(memory.live(2) == 1);
}

TEST_CASE("changes meet those of another CPU, and every live call is counted once") {
    Memory memory(64);
    auto &entry = memory.table[memory.first(kPosition)].entry[0];
    entry = Memory::entry(kPosition, SS_CALL_CONFIRMED, 1);
    memory.loads[1].live = 1;
    std::atomic<bool> stop = false;
    // As the data plane notes messages: a new time, and between two states, by compare-and-swap.
    std::thread other([&] {
        for (std::uint32_t tick = 0; !stop; tick++) {
            __u64 seen = load_entry(entry);
            if (seen == 0) {
                continue;
            }
            const auto state = tick % 3 == 0 ? SS_CALL_CLOSING : SS_CALL_CONFIRMED;
            const __u64 before = seen;
            const __u64 after = ss_call_make(ss_call_tag(seen), state, ss_call_server(seen), tick);
            if (swap_entry(entry, seen, after)) {
                count_swap(memory.loads, before, after);
            }
        }
    });
    for (std::uint16_t i = 0; i < 2000; i++) {
        const auto from = static_cast<std::uint16_t>(1 + i % 2);
        const auto to = static_cast<std::uint16_t>(1 + (i + 1) % 2);
        while (!rehome_call(memory.table, memory.loads, kPosition, from, to)) {
        }
    }
    while (!remove_call(memory.table, memory.loads, kPosition)) {
    }
    stop = true;
    other.join();
    CHECK(entry == 0);
    CHECK(memory.live(1) == 0);
    CHECK(memory.live(2) == 0);
}

TEST_CASE("all running calls of a server are moved, in slices, each to the next server") {
    Memory memory(100);
    std::vector<ss_bucket> before(20); // a table that the other one replaces
    const auto fill = [&](std::vector<ss_bucket> &table) {
        for (std::size_t i = 0; i < table.size(); i++) {
            const auto tag = static_cast<std::uint32_t>(i + 1);
            table[i].entry[0] = make_entry(SS_CALL_CONFIRMED, 1, 1, tag);
            table[i].entry[1] = make_entry(SS_CALL_EARLY, 1, 1, tag);
            table[i].entry[2] = make_entry(SS_CALL_CLOSING, 1, 1, tag);
            table[i].entry[3] = make_entry(SS_CALL_OTHER, 1, 1, tag);
            table[i].entry[4] = make_entry(SS_CALL_CONFIRMED, 1, 2, tag);
            table[i].entry[5] = make_entry(SS_CALL_EARLY, 11, 1, tag); // its time is over
        }
    };
    fill(memory.table);
    fill(before);
    memory.loads[1].live = 360;
    memory.loads[2].live = 120;
    const std::vector<Segment> tables = {{memory.table, {}}, {before, {}}};
    Rehoming rehoming(1);
    std::uint16_t turn = 0;
    const auto next = [&] { return static_cast<std::uint16_t>(2 + turn++ % 2); };
    int slices = 1;
    while (!rehoming.slice(tables, memory.loads, {7}, kNow, make_lifetimes(), {next})) {
        REQUIRE(slices++ < 100);
    }
    CHECK(slices == 36); // two passes of 120 buckets: the second finds nothing
    CHECK(rehoming.pass() == 2);
    CHECK(rehoming.moved() == 240);
    CHECK(memory.live(1) == 120); // those whose time is over are the sweep's
    CHECK(memory.live(2) == 240);
    CHECK(memory.live(3) == 120);
    for (const auto &table : tables) {
        for (const ss_bucket &bucket : table.table) {
            CHECK(ss_call_server(bucket.entry[0]) != 1);
            CHECK(ss_call_idle(bucket.entry[0], kNow) == 1);
            CHECK(ss_call_server(bucket.entry[1]) != 1);
            CHECK(ss_call_server(bucket.entry[2]) == 1);
            CHECK(ss_call_server(bucket.entry[3]) == 1);
            CHECK(ss_call_server(bucket.entry[5]) == 1);
        }
    }
}

TEST_CASE("a server that gets calls all the time does not keep the move going for ever") {
    Memory memory(10);
    const std::vector<Segment> tables = {{memory.table, {}}};
    Rehoming rehoming(1);
    const auto next = [] { return std::uint16_t{2}; };
    for (unsigned pass = 1; pass <= Rehoming::kPasses; pass++) {
        memory.table[0].entry[0] = make_entry(SS_CALL_EARLY, 0, 1, pass);
        CHECK(rehoming.slice(tables, memory.loads, {10}, kNow, make_lifetimes(), {next}) ==
              (pass == Rehoming::kPasses));
    }
    CHECK(rehoming.moved() == Rehoming::kPasses);
}

TEST_CASE("who wants to know is told of each call that is moved, of so many at once") {
    Memory memory(10);
    for (std::uint32_t bucket = 0; bucket < 10; bucket++) {
        memory.table[bucket].entry[4] = make_entry(SS_CALL_CONFIRMED, 1, 1, bucket + 1);
    }
    const auto before = memory.table;
    const std::vector<Segment> tables = {{memory.table, {}}};
    std::vector<std::uint32_t> moved; // buckets
    const Rehoming::Targets targets{[] { return std::uint16_t{2}; },
                                    [&](const Placed &call, std::uint16_t to) {
                                        CHECK(call.entry == before[call.bucket].entry[4]);
                                        CHECK(call.buckets == 10);
                                        CHECK(to == 2);
                                        moved.push_back(call.bucket);
                                        return call.bucket >= 2; // somebody was told
                                    }};
    Rehoming rehoming(1);
    CHECK_FALSE(rehoming.slice(tables, memory.loads, {10, 4}, kNow, make_lifetimes(), targets));
    CHECK(moved == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5});
    while (!rehoming.slice(tables, memory.loads, {10, 4}, kNow, make_lifetimes(), targets)) {
    }
    CHECK(moved == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

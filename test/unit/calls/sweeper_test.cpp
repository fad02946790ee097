// SPDX-License-Identifier: Apache-2.0
#include "call_cases.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace sipsteer::calls;
using namespace sipsteer::calls::test;

TEST_CASE("a pass in slices counts what one slice counts") {
    std::vector<ss_bucket> table(101);
    std::uint64_t live = 0;
    std::uint64_t expired = 0;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        for (std::uint32_t slot = 0; slot < i % (SS_BUCKET_ENTRIES + 1); ++slot) {
            const bool old = (i + slot) % 5 == 0;
            table[i].entry[slot] =
                make_entry(slot % 2 ? SS_CALL_EARLY : SS_CALL_CONFIRMED, old ? 101 : 2, 1 + i % 3);
            ++(old ? expired : live);
        }
    }
    Lifetimes lifetimes = make_lifetimes();
    lifetimes.set(2, kPool);
    lifetimes.set(3, kPool);
    auto copy = table;
    const SweepTotals whole = sweep_all(copy, kNow, lifetimes);

    Sweeper sweeper({{table, {}}});
    unsigned slices = 1;
    while (!sweeper.sweep_slice(7, kNow, lifetimes)) {
        CHECK(sweeper.totals().pass == 0);
        ++slices;
    }
    const SweepTotals &totals = sweeper.totals();
    CHECK(slices == 15);
    CHECK(totals.pass == 1);
    CHECK(totals.live == live);
    CHECK(totals.expired == expired);
    CHECK(totals.expired_ever == expired);
    CHECK(totals.live == whole.live);
    CHECK(totals.by_state == whole.by_state);
    CHECK(totals.full_buckets == whole.full_buckets);
    CHECK(totals.entries == 808);
    CHECK(totals.fill() == Approx(static_cast<double>(live) / 808));
    REQUIRE(totals.servers.size() == 3);
    CHECK(totals.servers[0].live + totals.servers[1].live + totals.servers[2].live == live);

    // The next pass begins at nought.
    while (!sweeper.sweep_slice(50, kNow, lifetimes)) {
    }
    CHECK(sweeper.totals().pass == 2);
    CHECK(sweeper.totals().live == live);
    CHECK(sweeper.totals().expired == 0);
    CHECK(sweeper.totals().expired_ever == expired);
}

TEST_CASE("full buckets are those still full after the sweep") {
    std::vector<ss_bucket> table(3);
    for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
        table[0].entry[slot] = make_entry(SS_CALL_CONFIRMED, 1);
        table[1].entry[slot] = make_entry(SS_CALL_CONFIRMED, slot == 4 ? 101 : 1);
    }
    const SweepTotals totals = sweep_all(table, kNow, make_lifetimes());
    CHECK(totals.full_buckets == 1);
    CHECK(totals.live == 15);
}

TEST_CASE("an entry that changed since it was read is not removed") {
    const __u64 old = make_entry(SS_CALL_CLOSING, 6);
    const __u64 fresh = make_entry(SS_CALL_CLOSING, 0);
    __u64 entry = fresh;
    __u64 seen = old;
    CHECK_FALSE(remove_entry(entry, seen));
    CHECK(entry == fresh);
    CHECK(seen == fresh);
    CHECK(remove_entry(entry, seen));
    CHECK(entry == 0);
}

namespace {

/// The data plane's part in a race with the sweep: it refreshes calls and lets them grow old, by
/// compare-and-swap, and checks what it finds. An entry is what it last wrote, or was removed
/// after it had written it old.
class DataPlane {
public:
    explicit DataPlane(Table table) : table_(table), last_(table.size() * SS_BUCKET_ENTRIES, 0) {}

    void touch_all() {
        for (std::size_t place = 0; place < last_.size(); ++place) {
            touch(place);
        }
        ++rounds_;
    }

    /// After the race: entries that were removed but not yet met.
    void settle() {
        for (std::size_t place = 0; place < last_.size(); ++place) {
            note(place, load_entry(at(place)));
        }
    }

    std::uint64_t removed = 0;
    std::uint64_t lost = 0; // entries that vanished fresh, or turned into something else

private:
    __u64 &at(std::size_t place) {
        return table_[place / SS_BUCKET_ENTRIES].entry[place % SS_BUCKET_ENTRIES];
    }

    static bool old(__u64 entry) { return ss_call_seen(entry) != kNow; }

    void note(std::size_t place, __u64 found) {
        if (found == last_[place]) {
            return;
        }
        ++(found == 0 && old(last_[place]) ? removed : lost);
        last_[place] = found;
    }

    void touch(std::size_t place) {
        // Different in each half each time, so that a torn write would show.
        const auto tag = static_cast<std::uint32_t>(place * 64 + rounds_ % 64 + 1);
        const bool grow_old = (place + rounds_) % 2 == 0;
        const __u64 next =
            ss_call_make(tag, SS_CALL_CLOSING, rounds_ % 2 + 1, grow_old ? kNow - 50 : kNow);
        __u64 found = last_[place];
        while (!std::atomic_ref<__u64>(at(place)).compare_exchange_strong(found, next)) {
            note(place, found);
        }
        last_[place] = next;
    }

    Table table_;
    std::vector<__u64> last_; // by place: what is there as far as it knows
    std::uint64_t rounds_ = 0;
};

} // namespace

TEST_CASE("sweep and data plane change the same entries and lose nothing") {
    std::vector<ss_bucket> table(16);
    Lifetimes lifetimes = make_lifetimes();
    lifetimes.set(2, kPool);
    DataPlane data_plane(table);
    std::atomic<bool> stop = false;
    std::thread thread([&] {
        while (!stop) {
            data_plane.touch_all();
        }
        data_plane.settle();
    });

    Sweeper sweeper({{table, {}}});
    std::uint64_t expired = 0;
    for (unsigned pass = 0; pass < 20'000; ++pass) {
        sweeper.sweep_slice(table.size(), kNow, lifetimes);
        expired += sweeper.totals().expired;
    }
    stop = true;
    thread.join();

    CHECK(data_plane.lost == 0);
    CHECK(expired > 0);
    CHECK(data_plane.removed == expired);
}

TEST_CASE("a running call that is removed is counted down, once, and no other") {
    std::vector<ss_bucket> table(1);
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    loads[1].live = 5;
    loads[2].live = 7;
    table[0].entry[0] = make_entry(SS_CALL_EARLY, kPool[SS_CALL_EARLY] + 1);
    table[0].entry[1] = make_entry(SS_CALL_CONFIRMED, kPool[SS_CALL_CONFIRMED] + 1);
    table[0].entry[2] = make_entry(SS_CALL_CLOSING, kPool[SS_CALL_CLOSING] + 1);
    table[0].entry[3] = make_entry(SS_CALL_OTHER, kPool[SS_CALL_OTHER] + 1);
    table[0].entry[4] = make_entry(SS_CALL_SOURCE, kPool[SS_CALL_SOURCE] + 1);
    table[0].entry[5] = make_entry(SS_CALL_CONFIRMED, 1);
    table[0].entry[6] = ss_call_make(7, SS_CALL_STATES, 1, kNow); // no state
    Sweeper sweeper({{table, {}}}, loads);
    const Lifetimes lifetimes = make_lifetimes();
    REQUIRE(sweeper.sweep_slice(1, kNow, lifetimes));
    CHECK(sweeper.totals().expired == 6);
    CHECK(loads[1].live == 3);
    CHECK(loads[2].live == 7);
    REQUIRE(sweeper.sweep_slice(1, kNow, lifetimes));
    CHECK(loads[1].live == 3);
    CHECK(loads[0].live == 0);
}

TEST_CASE("the count stays true while calls are refreshed, ended and removed at once") {
    // A data plane that counts as the sweep does: whoever swaps an entry counts it.
    constexpr int kRounds = 20'000;
    std::vector<ss_bucket> table(4);
    std::vector<ss_server_load> loads(SS_MAX_SERVERS);
    std::atomic<bool> stop{false};
    const auto entry_count = table.size() * SS_BUCKET_ENTRIES;
    const auto change = [&](std::size_t place, std::uint32_t round) {
        __u64 &entry = table[place / SS_BUCKET_ENTRIES].entry[place % SS_BUCKET_ENTRIES];
        __u64 seen = load_entry(entry);
        const std::uint32_t state = round % 3 == 0 ? SS_CALL_CLOSING : SS_CALL_CONFIRMED;
        const __u64 next = make_entry(state, round % 2 == 0 ? 0 : 2000);
        if (std::atomic_ref<__u64>(entry).compare_exchange_strong(seen, next)) {
            add_live_calls(loads[1], ss_call_is_live(state) - ss_call_is_live(ss_call_state(seen)));
        }
    };
    std::thread sweep([&] {
        Sweeper sweeper({{table, {}}}, loads);
        const Lifetimes lifetimes = make_lifetimes();
        while (!stop) {
            sweeper.sweep_slice(table.size(), kNow, lifetimes);
        }
    });
    for (std::uint32_t round = 0; round < kRounds; ++round) {
        for (std::size_t place = 0; place < entry_count; ++place) {
            change(place, round + static_cast<std::uint32_t>(place));
        }
    }
    stop = true;
    sweep.join();
    std::int64_t running = 0;
    for (const ss_bucket &bucket : table) {
        for (const __u64 entry : bucket.entry) {
            running += ss_call_is_live(ss_call_state(entry));
        }
    }
    CHECK(loads[1].live == running);
}

TEST_CASE("the sweep tells how long the call that is idle for longest has been so") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(SS_CALL_EARLY, 9);
    table[0].entry[1] = make_entry(SS_CALL_CONFIRMED, 77);
    table[0].entry[2] = make_entry(SS_CALL_CONFIRMED, 3);
    table[0].entry[3] = make_entry(SS_CALL_CONFIRMED, 101); // removed
    const SweepTotals totals = sweep_all(table, kNow, make_lifetimes());
    REQUIRE(totals.servers.size() == 1);
    CHECK(totals.servers[0].oldest_idle == 77);
    CHECK(totals.servers[0].running() == 3);
}

TEST_CASE("the sweep tells how old the oldest running call is") {
    std::vector<ss_bucket> table(2);
    std::vector<ss_births> births(2);
    const auto put = [&](std::size_t bucket, std::size_t slot, std::uint32_t state,
                         std::uint32_t age) {
        table[bucket].entry[slot] = make_entry(state, 1);
        births[bucket].tick[slot] = ss_birth_tick(kNow - age);
    };
    put(0, 0, SS_CALL_CONFIRMED, 20);
    put(1, 7, SS_CALL_EARLY, 500);
    put(1, 2, SS_CALL_OTHER, 900); // does not run
    Sweeper sweeper({{table, births}});
    REQUIRE(sweeper.sweep_slice(2, kNow, make_lifetimes()));
    CHECK(sweeper.totals().servers[0].oldest_age == 500);

    // Before the ticks come round it is written down that it is long ago.
    put(0, 3, SS_CALL_CONFIRMED, SS_LONG_AGO + 5);
    REQUIRE(sweeper.sweep_slice(2, kNow, make_lifetimes()));
    CHECK(sweeper.totals().servers[0].oldest_age == SS_LONG_AGO);
    CHECK(births[0].tick[3] == 0);
    CHECK(births[1].tick[7] != 0);
    CHECK(ss_birth_age(births[0].tick[3], kNow + 0x4000) == SS_LONG_AGO);
    CHECK(ss_birth_age(ss_birth_tick(kNow + 1), kNow) == 0); // another CPU's clock
}

TEST_CASE("a registration is not a running call, however long it is idle") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(SS_CALL_OTHER, 40);
    table[0].entry[1] = make_entry(SS_CALL_SOURCE, 15);
    table[0].entry[2] = make_entry(SS_CALL_CLOSING, 4);
    const SweepTotals totals = sweep_all(table, kNow, make_lifetimes());
    CHECK(totals.servers[0].oldest_idle == 0);
    CHECK(totals.servers[0].running() == 0);
    CHECK(totals.servers[0].live == 3);
}

TEST_CASE("who wants to know is told of every entry that is removed, and of no other") {
    std::vector<ss_bucket> table(4);
    const __u64 old = make_entry(SS_CALL_CONFIRMED, 101);
    table[1].entry[3] = old;
    table[2].entry[0] = make_entry(SS_CALL_CONFIRMED, 2);
    const Lifetimes lifetimes = make_lifetimes();
    Sweeper sweeper({{table, {}}});
    std::vector<__u64> removed;
    sweeper.set_on_removed([&](const Placed &placed) {
        removed.push_back(placed.entry);
        CHECK(placed.bucket == 1);
        CHECK(placed.buckets == 4);
    });
    CHECK(sweeper.sweep_slice(100, kNow, lifetimes));
    CHECK(removed == std::vector<__u64>{old});
}

TEST_CASE("while a table is resized both are swept in one pass, and counted together") {
    std::vector<ss_bucket> present(5);
    std::vector<ss_bucket> before(3);
    present[4].entry[7] = make_entry(SS_CALL_CONFIRMED, 2);
    before[0].entry[0] = make_entry(SS_CALL_EARLY, 2);
    before[2].entry[7] = make_entry(SS_CALL_CONFIRMED, 101);
    const Lifetimes lifetimes = make_lifetimes();
    Sweeper sweeper({{present, {}}});
    CHECK_FALSE(sweeper.sweep_slice(2, kNow, lifetimes));
    sweeper.set_tables({{present, {}}, {before, {}}});
    CHECK(sweeper.buckets() == 8);
    unsigned slices = 1;
    while (!sweeper.sweep_slice(3, kNow, lifetimes)) {
        ++slices;
    }
    CHECK(slices == 3); // from the beginning
    const SweepTotals &totals = sweeper.totals();
    CHECK(totals.live == 2);
    CHECK(totals.before == 1);
    CHECK(totals.expired == 1);
    CHECK(totals.entries == 40);
    CHECK(before[2].entry[7] == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "calls/json.hpp"
#include "calls/list.hpp"
#include "calls/sweeper.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <time.h>
#include <vector>

using namespace sipsteer::calls;

namespace {

constexpr StateLifetimes kPool = {0, 10, 100, 5, 50, 20};
constexpr StateLifetimes kFallback = {0, 3, 3, 3, 3, 3};
constexpr std::uint32_t kNow = 1000;

/// Server 1 is in use, with kPool.
Lifetimes make_lifetimes() {
    Lifetimes lifetimes(kFallback);
    lifetimes.set(1, kPool);
    return lifetimes;
}

__u64 make_entry(std::uint32_t state, std::uint32_t idle, std::uint32_t server = 1,
                 std::uint32_t tag = 0xabcd1234) {
    return ss_call_make(tag, state, server, kNow - idle);
}

/// One pass in one slice.
SweepTotals sweep_all(Table table, std::uint32_t now, const Lifetimes &lifetimes) {
    Sweeper sweeper(table);
    REQUIRE(sweeper.sweep_slice(table.size(), now, lifetimes));
    return sweeper.totals();
}

} // namespace

TEST_CASE("an entry is decoded into its parts") {
    const CallView call = decode(make_entry(SS_CALL_CONFIRMED, 7), 42, 3, kNow, make_lifetimes());
    CHECK(call.tag == 0xabcd1234);
    CHECK(call.state == SS_CALL_CONFIRMED);
    CHECK(call.server == 1);
    CHECK(call.idle_ticks == 7);
    CHECK(call.lifetime_ticks == 100);
    CHECK(call.bucket == 42);
    CHECK(call.slot == 3);

    const __u64 widest = ss_call_make(0xffffffff, SS_CALL_SOURCE, SS_MAX_SERVERS - 1, 0xffff);
    const CallView edge = decode(widest, 0, 0, 0xffff, make_lifetimes());
    CHECK(edge.tag == 0xffffffff);
    CHECK(edge.server == SS_MAX_SERVERS - 1);
    CHECK(edge.state == SS_CALL_SOURCE);
    CHECK(edge.idle_ticks == 0);
}

TEST_CASE("idle time counts across the wrap and never below zero") {
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 0xfffe), 3) == 5);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 500), 500) == 0);
    // Refreshed by another CPU after our clock was read.
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 501), 500) == 0);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 0), 0xffff) == 0);
    CHECK(ss_call_idle(ss_call_make(1, 1, 0, 500), 500 + SS_MAX_LIFETIME_TICKS + 1) ==
          SS_MAX_LIFETIME_TICKS + 1);
}

TEST_CASE("the tick follows the monotonic clock") {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto nanoseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
                             static_cast<std::uint64_t>(now.tv_nsec);
    const auto exact = static_cast<std::uint32_t>(nanoseconds >> 31);
    CHECK(((now_tick() - exact + 1) & SS_TICK_MASK) <= 2);
    CHECK(tick_seconds(0) == 0);
    CHECK(tick_seconds(1) == 2);
    CHECK(tick_seconds(15) == 32);
    CHECK(tick_seconds(3353) == 7201);
}

TEST_CASE("each state has its own lifetime, and only the next tick ends it") {
    const auto state = GENERATE(range(1U, static_cast<unsigned>(SS_CALL_STATES)));
    const std::uint32_t lifetime = kPool[state];
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(state, lifetime);
    table[0].entry[5] = make_entry(state, lifetime + 1);

    const SweepTotals totals = sweep_all(table, kNow, make_lifetimes());
    CHECK(table[0].entry[0] == make_entry(state, lifetime));
    CHECK(table[0].entry[5] == 0);
    CHECK(totals.live == 1);
    CHECK(totals.expired == 1);
    CHECK(totals.by_state[state] == 1);
}

TEST_CASE("a call refreshed just after the clock was read stays") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = ss_call_make(7, SS_CALL_CLOSING, 1, kNow + 1);
    CHECK(sweep_all(table, kNow, make_lifetimes()).live == 1);
}

TEST_CASE("an entry in a state that does not exist is removed") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = ss_call_make(7, SS_CALL_STATES, 1, kNow);
    table[0].entry[1] = ss_call_make(7, SS_CALL_EMPTY, 1, kNow);
    CHECK(sweep_all(table, kNow, make_lifetimes()).expired == 2);
    CHECK(table[0].entry[0] == 0);
    CHECK(table[0].entry[1] == 0);
}

TEST_CASE("calls of a server that is not in use live on the fallback lifetimes") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(SS_CALL_CONFIRMED, 3, 2);
    table[0].entry[1] = make_entry(SS_CALL_CONFIRMED, 4, 2);
    table[0].entry[2] = make_entry(SS_CALL_CONFIRMED, 4, 1);
    Lifetimes lifetimes = make_lifetimes();

    SweepTotals totals = sweep_all(table, kNow, lifetimes);
    CHECK(totals.live == 2);
    CHECK(totals.unknown == 1);
    CHECK(totals.expired == 1);
    REQUIRE(totals.servers.size() == 2);
    CHECK(totals.servers[0].in_use);
    CHECK_FALSE(totals.servers[1].in_use);

    lifetimes.clear(1);
    totals = sweep_all(table, kNow, lifetimes);
    CHECK(totals.live == 1);
    CHECK(totals.expired == 1);
}

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

    Sweeper sweeper(table);
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

    Sweeper sweeper(table);
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

TEST_CASE("calls are listed from a place on, up to the limit") {
    std::vector<ss_bucket> table(4);
    table[0].entry[2] = make_entry(SS_CALL_EARLY, 1, 1, 0x11);
    table[1].entry[0] = make_entry(SS_CALL_EARLY, 11, 1, 0x22); // over, not swept yet
    table[1].entry[7] = make_entry(SS_CALL_CONFIRMED, 1, 1, 0x33);
    table[3].entry[7] = make_entry(SS_CALL_CONFIRMED, 1, 2, 0x44);
    const Lifetimes lifetimes = make_lifetimes();

    CallPage page = list_calls(table, 0, 2, kNow, lifetimes);
    REQUIRE(page.calls.size() == 2);
    CHECK(page.calls[0].tag == 0x11);
    CHECK(page.calls[1].tag == 0x33);
    REQUIRE(page.next == 31U);

    page = list_calls(table, *page.next, 2, kNow, lifetimes);
    REQUIRE(page.calls.size() == 1);
    CHECK(page.calls[0].tag == 0x44);
    CHECK(page.calls[0].bucket == 3);
    CHECK(page.calls[0].slot == 7);
    CHECK_FALSE(page.next);

    CHECK_FALSE(list_calls(table, 0, 3, kNow, lifetimes).next);
    CHECK(list_calls(table, 32, 3, kNow, lifetimes).calls.empty());

    const auto second_server = [](const CallView &call) { return call.server == 2; };
    page = list_calls(table, 0, 1, kNow, lifetimes, second_server);
    REQUIRE(page.calls.size() == 1);
    CHECK(page.calls[0].tag == 0x44);
    CHECK_FALSE(page.next);
}

TEST_CASE("calls as JSON") {
    std::vector<ss_bucket> table(2);
    table[1].entry[3] = make_entry(SS_CALL_CONFIRMED, 7, 1, 0xa1b2);
    table[1].entry[4] = make_entry(SS_CALL_SOURCE, 0, 9, 1);
    const NameLookup names = [](std::uint16_t server) -> std::optional<ServerName> {
        if (server == 1) {
            return ServerName{"proxies", "proxy1"};
        }
        return std::nullopt;
    };
    const Lifetimes lifetimes = make_lifetimes();

    const nlohmann::json whole = to_json(list_calls(table, 0, 100, kNow, lifetimes), names);
    CHECK(whole == nlohmann::json::parse(R"({"more": false, "calls": [
        {"tag": "0000a1b2", "bucket": 1, "slot": 3, "server": "proxy1", "pool": "proxies",
         "state": "confirmed", "idle_seconds": 15, "expires_in_seconds": 200},
        {"tag": "00000001", "bucket": 1, "slot": 4, "server": null, "pool": null,
         "state": "source", "idle_seconds": 0, "expires_in_seconds": 6}]})"));
    CHECK(to_json(list_calls(table, 0, 1, kNow, lifetimes), names)["more"] == true);
}

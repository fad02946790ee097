// SPDX-License-Identifier: Apache-2.0
#include "call_cases.hpp"
#include "calls/json.hpp"
#include "calls/list.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

using namespace sipsteer::calls;
using namespace sipsteer::calls::test;

namespace {

/// A table with its births.
struct Memory {
    std::vector<ss_bucket> buckets;
    std::vector<ss_births> births;

    explicit Memory(std::size_t size) : buckets(size), births(size) {}
    Segment table() { return {buckets, births}; }
    void put(std::size_t bucket, unsigned slot, __u64 entry, std::uint32_t age = 1) {
        buckets[bucket].entry[slot] = entry;
        births[bucket].tick[slot] = ss_birth_tick(kNow - age);
    }
};

/// `next` of a table's place.
constexpr std::uint64_t place(std::uint64_t buckets, std::uint64_t number) {
    return buckets << 29 | number;
}

std::optional<ServerName> name_of(std::uint16_t server) {
    if (server == 1 || server == 2) {
        return ServerName{"proxies", "proxy" + std::to_string(server)};
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("calls are listed from a place on, up to the limit") {
    Memory memory(4);
    memory.put(0, 2, make_entry(SS_CALL_EARLY, 1, 1, 0x11));
    memory.put(1, 0, make_entry(SS_CALL_EARLY, 11, 1, 0x22)); // over, not swept yet
    memory.put(1, 7, make_entry(SS_CALL_CONFIRMED, 1, 1, 0x33));
    memory.put(3, 7, make_entry(SS_CALL_CONFIRMED, 1, 2, 0x44));
    const std::vector<Segment> tables = {memory.table()};
    const Lifetimes lifetimes = make_lifetimes();
    PageSize size;
    size.calls = 2;

    CallPage page = list_calls(tables, 0, size, kNow, lifetimes);
    REQUIRE(page.calls.size() == 2);
    CHECK(page.calls[0].tag == 0x11);
    CHECK(page.calls[1].tag == 0x33);
    REQUIRE(page.next == place(4, 31));

    page = list_calls(tables, *page.next, size, kNow, lifetimes);
    REQUIRE(page.calls.size() == 1);
    CHECK(page.calls[0].tag == 0x44);
    CHECK(page.calls[0].bucket == 3);
    CHECK(page.calls[0].slot == 7);
    CHECK_FALSE(page.next);

    size.calls = 3;
    CHECK_FALSE(list_calls(tables, 0, size, kNow, lifetimes).next);
    CHECK(list_calls(tables, place(4, 32), size, kNow, lifetimes).calls.empty());
    CHECK_FALSE(list_calls(tables, place(4, 32), size, kNow, lifetimes).next);
    CHECK(list_calls(tables, ~0ULL / 2, size, kNow, lifetimes).calls.size() == 3); // no such table

    size.calls = 1;
    const auto second_server = [](const CallView &call) { return call.server == 2; };
    page = list_calls(tables, 0, size, kNow, lifetimes, second_server);
    REQUIRE(page.calls.size() == 1);
    CHECK(page.calls[0].tag == 0x44);
    CHECK_FALSE(page.next);
}

TEST_CASE("a request looks at so many buckets only, and says where to go on") {
    Memory memory(10);
    memory.put(9, 3, make_entry(SS_CALL_EARLY, 1, 1, 0x99));
    const std::vector<Segment> tables = {memory.table()};
    const Lifetimes lifetimes = make_lifetimes();
    const PageSize size{100, 4, 100};
    std::uint64_t from = 0;
    for (const std::uint64_t next : {place(10, 32), place(10, 64)}) {
        const CallPage page = list_calls(tables, from, size, kNow, lifetimes);
        CHECK(page.calls.empty());
        REQUIRE(page.next == next);
        from = next;
    }
    const CallPage page = list_calls(tables, from, size, kNow, lifetimes);
    CHECK(page.calls.size() == 1);
    CHECK_FALSE(page.next);
}

TEST_CASE("a request looks at so many calls only, too") {
    Memory memory(2);
    for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
        memory.put(0, slot, make_entry(SS_CALL_EARLY, 1, slot == 7 ? 2 : 1, slot + 1));
    }
    const std::vector<Segment> tables = {memory.table()};
    const auto second_server = [](const CallView &call) { return call.server == 2; };
    CallPage page = list_calls(tables, 0, {10, 10, 6}, kNow, make_lifetimes(), second_server);
    CHECK(page.calls.empty());
    REQUIRE(page.next == place(2, 6));
    page = list_calls(tables, place(2, 6), {10, 10, 6}, kNow, make_lifetimes(), second_server);
    CHECK(page.calls.size() == 1);
    CHECK_FALSE(page.next);
}

TEST_CASE("two tables are listed one after the other, the present one last") {
    Memory first(2);
    Memory second(3);
    first.put(1, 0, make_entry(SS_CALL_EARLY, 1, 1, 0x11));
    second.put(0, 1, make_entry(SS_CALL_EARLY, 1, 1, 0x22), 5);
    second.put(2, 7, make_entry(SS_CALL_EARLY, 1, 1, 0x33));
    const std::vector<Segment> tables = {first.table(), second.table()};
    std::vector<std::uint32_t> tags;
    std::optional<std::uint64_t> from = 0;
    for (int requests = 0; from && requests < 10; requests++) {
        const CallPage page = list_calls(tables, *from, {1, 1, 100}, kNow, make_lifetimes());
        for (const CallView &call : page.calls) {
            tags.push_back(call.tag);
        }
        from = page.next;
    }
    CHECK(tags == std::vector<std::uint32_t>{0x22, 0x33, 0x11});
    const CallPage page = list_calls(tables, place(3, 0), {1, 1, 100}, kNow, make_lifetimes());
    REQUIRE(page.calls.size() == 1);
    CHECK(page.calls[0].bucket == 0);
    CHECK(page.calls[0].age_ticks == 5);
}

TEST_CASE("calls that last are listed once each while others come and go") {
    constexpr std::uint32_t kBuckets = 500;
    constexpr std::uint32_t kLasting = 1000; // tags from 1 on, slots 0 and 1
    Memory memory(kBuckets);
    for (std::uint32_t call = 0; call < kLasting; call++) {
        memory.put(call / 2, call % 2, make_entry(SS_CALL_CONFIRMED, 1, 1, call + 1));
    }
    const std::vector<Segment> tables = {memory.table()};
    std::map<std::uint32_t, int> listed;
    std::mt19937 dice(1);
    const auto any = [&dice](unsigned below) { return static_cast<unsigned>(dice() % below); };
    std::optional<std::uint64_t> from = 0;
    while (from) {
        const CallPage page = list_calls(tables, *from, {7, 40, 60}, kNow, make_lifetimes());
        for (const CallView &call : page.calls) {
            listed[call.tag]++;
        }
        from = page.next;
        for (int change = 0; change < 20; change++) {
            const __u64 comes = make_entry(SS_CALL_EARLY, 1, 2, kLasting + 1 + any(1000));
            memory.put(any(kBuckets), 2 + any(6), any(2) == 0 ? comes : 0);
        }
    }
    for (std::uint32_t call = 0; call < kLasting; call++) {
        INFO("call " << call);
        CHECK(listed[call + 1] == 1);
    }
    CHECK(listed.size() > kLasting); // of the others, too, some
}

namespace {

/// A table that is resized while its calls are listed: some are brought over after each page.
class Resized {
public:
    static constexpr std::uint32_t kCalls = 1000; // tags from 1 on
    static constexpr std::uint32_t kBuckets = 500;

    Resized() {
        for (std::uint32_t call = 0; call < kCalls; call++) {
            old_.put(call / 2, call % 2, make_entry(SS_CALL_CONFIRMED, 1, 1, call + 1));
        }
    }

    void begin() { new_.emplace(2 * kBuckets + 1); }

    /// Some of them, any.
    void bring_over(unsigned count) {
        for (unsigned i = 0; i < count; i++) {
            bring_over_one(static_cast<std::uint32_t>(dice_() % kCalls));
        }
    }

    /// All calls are in the new table.
    void end() {
        for (std::uint32_t call = 0; call < kCalls; call++) {
            bring_over_one(call);
        }
        is_over_ = true;
    }

    std::vector<Segment> tables() {
        std::vector<Segment> tables;
        if (new_) {
            tables.push_back(new_->table());
        }
        if (!is_over_) {
            tables.push_back(old_.table());
        }
        return tables;
    }

private:
    void bring_over_one(std::uint32_t call) {
        __u64 &entry = old_.buckets[call / 2].entry[call % 2];
        if (entry != 0) {
            new_->put(kCalls - call, 3, entry);
            entry = 0;
        }
    }

    Memory old_{kBuckets};
    std::optional<Memory> new_;
    bool is_over_ = false;
    std::mt19937 dice_{1};
};

} // namespace

TEST_CASE(
    "calls that last through a listing are all listed, though the table is resized meanwhile") {
    const int begins = GENERATE(0, 1, 30); // before that page
    const int lasts = GENERATE(1, 20, 1000);
    INFO("from page " << begins << " on for " << lasts);
    Resized resized;
    std::map<std::uint32_t, int> listed;
    std::optional<std::uint64_t> from = 0;
    for (int page = 0; from; page++) {
        REQUIRE(page < 1000);
        if (page == begins) {
            resized.begin();
        }
        if (page >= begins && page < begins + lasts) {
            resized.bring_over(20);
        }
        if (page == begins + lasts) {
            resized.end();
        }
        const CallPage some =
            list_calls(resized.tables(), *from, {7, 40, 60}, kNow, make_lifetimes());
        for (const CallView &call : some.calls) {
            listed[call.tag]++;
        }
        from = some.next;
    }
    for (std::uint32_t call = 0; call < Resized::kCalls; call++) {
        INFO("call " << call);
        CHECK((listed[call + 1] == 1 || listed[call + 1] == 2));
    }
}

TEST_CASE("calls as JSON") {
    Memory memory(2);
    memory.put(1, 3, make_entry(SS_CALL_CONFIRMED, 7, 1, 0xa1b2), 20);
    memory.put(1, 4, make_entry(SS_CALL_SOURCE, 0, 9, 1));
    memory.births[1].tick[4] = 0;
    const std::vector<Segment> tables = {memory.table()};
    const Lifetimes lifetimes = make_lifetimes();

    const nlohmann::json whole = to_json(list_calls(tables, 0, {}, kNow, lifetimes), name_of);
    CHECK(whole == nlohmann::json::parse(R"({"more": false, "next": null, "calls": [
        {"tag": "0000a1b2", "place": {"bucket": 1, "slot": 3}, "pool": "proxies",
         "server": "proxy1", "state": "confirmed", "age_seconds": 43, "age_at_least": false,
         "idle_seconds": 15, "lifetime_seconds": 215, "lifetime_left_seconds": 200},
        {"tag": "00000001", "place": {"bucket": 1, "slot": 4}, "pool": null, "server": null,
         "state": "source", "age_seconds": 123145, "age_at_least": true, "idle_seconds": 0,
         "lifetime_seconds": 6, "lifetime_left_seconds": 6}]})"));
    const auto cut = to_json(list_calls(tables, 0, {1, 100, 100}, kNow, lifetimes), name_of);
    CHECK(cut["more"] == true);
    CHECK(cut["next"] == place(2, 12));
}

TEST_CASE("what the sweep counted as JSON: by pool, server and state") {
    std::vector<ss_bucket> table(1);
    table[0].entry[0] = make_entry(SS_CALL_CONFIRMED, 1, 1);
    table[0].entry[1] = make_entry(SS_CALL_EARLY, 1, 1);
    table[0].entry[2] = make_entry(SS_CALL_CONFIRMED, 1, 2);
    table[0].entry[3] = make_entry(SS_CALL_OTHER, 1, 9);
    const auto json = to_json(sweep_all(table, kNow, make_lifetimes()), name_of);
    CHECK(json["calls"] == 4);
    CHECK(json["by_state"]["confirmed"] == 2);
    CHECK(json["by_state"]["other"] == 1);
    CHECK(json["pools"].size() == 1);
    const auto &pool = json["pools"]["proxies"];
    CHECK(pool["calls"] == 3);
    CHECK(pool["by_state"] == nlohmann::json::parse(R"({"early": 1, "confirmed": 2, "closing": 0,
        "other": 0, "source": 0})"));
    CHECK(pool["servers"]["proxy1"]["calls"] == 2);
    CHECK(pool["servers"]["proxy1"]["by_state"]["early"] == 1);
    CHECK(pool["servers"]["proxy2"]["by_state"]["confirmed"] == 1);
}

TEST_CASE("states by their names") {
    CHECK(state_of("early") == std::uint32_t{SS_CALL_EARLY});
    CHECK(state_of("source") == std::uint32_t{SS_CALL_SOURCE});
    for (const char *text : {"", "empty", "unknown", "Early", "early "}) {
        CHECK_FALSE(state_of(text));
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// The call table when entries are old or buckets full. The program's clock cannot be set: entries
// are written with the time they are to have been seen at.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sipsteer::test;

namespace {

const std::string kCall = "table@example.com";

struct Buckets {
    __u32 first, other, tag;
};

/// Where the call's entry may be.
Buckets buckets_of(std::string_view call_id) {
    const __u64 position = ss_call_position(call_hash(call_id), 0);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 first = ss_call_first_bucket(position, kBuckets);
    return {first, ss_call_other_bucket(first, tag, kBuckets), tag};
}

struct Old {
    enum ss_call_state state;
    __u32 idle; // ticks
};

class Table : public Farm {
public:
    /// An entry of some other call.
    void put(__u32 bucket, __u32 slot, const Old &old, __u32 server = 0) {
        const __u32 tag = 0x1000 + bucket * SS_BUCKET_ENTRIES + slot;
        write_entry(bucket, slot, ss_call_make(tag, old.state, server, now() - old.idle));
    }

    void fill(__u32 bucket, const Old &old) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            put(bucket, slot, old);
        }
    }

    /// Every bucket: no entry has anywhere to move to.
    void fill_all(const Old &old) {
        for (__u32 bucket = 0; bucket < kBuckets; bucket++) {
            fill(bucket, old);
        }
    }

    /// Puts a call into a place of a full table from where it can move: where it will be then.
    Entry movable(__u32 bucket, __u32 slot) {
        const Buckets own = buckets_of(kCall);
        __u32 tag = 0x77777777;
        __u32 other = bucket;
        while (other == own.first || other == own.other) {
            other = ss_call_other_bucket(bucket, ++tag, kBuckets);
        }
        const __u64 value = ss_call_make(tag, SS_CALL_CONFIRMED, 2, now() - 1);
        write_entry(bucket, slot, value);
        write_entry(other, 3, 0);
        return {value, other, 3};
    }

    /// A new call comes; its entry.
    Entry enter() {
        steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
        return call(kCall);
    }
};

constexpr __u32 kLifetime = 100; // Farm's

} // namespace

TEST_CASE("an expired entry is a new call", "[table]") {
    const Buckets at = buckets_of(kCall);
    // A server the ring would not choose.
    const __u32 ring = Farm::ring_server(call_hash(kCall));
    const __u32 old_server = (ring + 1) % Farm::kServers;
    for (const __u32 bucket : {at.first, at.other}) {
        for (const enum ss_call_state state :
             {SS_CALL_EARLY, SS_CALL_CONFIRMED, SS_CALL_CLOSING, SS_CALL_OTHER}) {
            Table farm;
            INFO("bucket " << bucket << ", state " << state);
            farm.write_entry(bucket, 3,
                             ss_call_make(at.tag, state, old_server, Table::now() - kLifetime - 2));
            CHECK(farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW) == ring);
            CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_EARLY);
            CHECK(farm.entries().size() == 1);
            CHECK(farm.server_counters(ring).new_calls == 1);
        }
    }
}

TEST_CASE("an entry is kept through its lifetime, and noted", "[table]") {
    const Buckets at = buckets_of(kCall);
    const __u32 server = (Farm::ring_server(call_hash(kCall)) + 1) % Farm::kServers;
    for (const __u32 bucket : {at.first, at.other}) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            Table table;
            table.write_entry(
                bucket, slot,
                ss_call_make(at.tag, SS_CALL_CONFIRMED, server, Table::now() - kLifetime + 2));
            CHECK(table.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_HIT) == server);
            const Entry entry = table.call(kCall);
            CHECK(entry.bucket == bucket);
            CHECK(entry.slot == slot);
            CHECK(ss_call_idle(entry.value, Table::now()) <= 1);
            CHECK(table.entries().size() == 1);
        }
    }
}

TEST_CASE("each state has its own lifetime", "[table]") {
    const Buckets at = buckets_of(kCall);
    const std::pair<enum ss_call_state, __u16> lifetimes[] = {
        {SS_CALL_EARLY, 20}, {SS_CALL_CONFIRMED, 200}, {SS_CALL_CLOSING, 10}, {SS_CALL_OTHER, 40}};
    for (const auto &[state, lifetime] : lifetimes) {
        Table table;
        for (const auto &[other_state, other_lifetime] : lifetimes) {
            table.lifetime(0, other_state, other_lifetime);
        }
        INFO("state " << state);
        table.write_entry(at.first, 0, ss_call_make(at.tag, state, 0, Table::now() - lifetime + 2));
        table.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_HIT);
        table.write_entry(at.first, 0, ss_call_make(at.tag, state, 0, Table::now() - lifetime - 2));
        table.steer(to_vip(request("INFO", kCall)), SS_REASON_DIALOG_UNKNOWN);
    }
}

TEST_CASE("the time when a call came is kept, wherever its entry is", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    const auto check_fresh = [](Table &farm, const Entry &entry) {
        CHECK(ss_birth_age(farm.birth(entry), Table::now()) <= 1);
        farm.write_birth(entry.bucket, entry.slot, 77);
        farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
        CHECK(farm.birth(farm.call(kCall)) == 77);
    };
    SECTION("in an empty table") {
        check_fresh(table, table.enter());
    }
    SECTION("in the other bucket") {
        table.fill(at.first, {SS_CALL_CONFIRMED, 1});
        check_fresh(table, table.enter());
    }
    SECTION("in place of an expired entry, or of one of less worth") {
        const auto old = GENERATE(Old{SS_CALL_CONFIRMED, kLifetime + 5}, Old{SS_CALL_CLOSING, 5});
        table.fill_all({SS_CALL_CONFIRMED, 1});
        table.put(at.other, 6, old);
        table.write_birth(at.other, 6, 5);
        check_fresh(table, table.enter());
    }
    SECTION("where a call was moved, which takes its own along") {
        table.fill_all({SS_CALL_CONFIRMED, 1});
        const Entry moved = table.movable(at.first, 4);
        table.write_birth(at.first, 4, 99, 0x12345678);
        check_fresh(table, table.enter());
        CHECK(table.birth(moved) == 99);
        CHECK(table.attempt(moved) == 0x12345678);
    }
}

TEST_CASE("another call's tag is not this call's", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    const __u32 seen = Table::now();
    table.write_entry(at.first, 0, ss_call_make(at.tag ^ 1, SS_CALL_EARLY, 0, seen));
    table.write_entry(at.first, 1, ss_call_make(at.tag ^ 0x80000000, SS_CALL_EARLY, 0, seen));
    table.write_entry(at.other, 0, ss_call_make(at.tag + 2, SS_CALL_EARLY, 0, seen));
    table.enter();
    CHECK(table.entries().size() == 4);
}

TEST_CASE("a new call goes where there is room", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    const Old live = {SS_CALL_CONFIRMED, 1};
    SECTION("the first bucket") {
        CHECK(table.enter().bucket == at.first);
    }
    SECTION("the only free place of the first bucket, the other one full") {
        table.fill(at.first, live);
        table.fill(at.other, live);
        table.write_entry(at.first, 5, 0);
        const Entry entry = table.enter();
        CHECK(entry.bucket == at.first);
        CHECK(entry.slot == 5);
    }
    SECTION("the only free place of the other bucket, the first one full") {
        table.fill(at.first, live);
        table.fill(at.other, live);
        table.write_entry(at.other, 7, 0);
        const Entry entry = table.enter();
        CHECK(entry.bucket == at.other);
        CHECK(entry.slot == 7);
    }
    SECTION("the emptier one, if the first is nearly full") {
        table.fill(at.first, live);
        table.write_entry(at.first, 0, 0);
        CHECK(table.enter().bucket == at.other);
    }
    SECTION("the first one while it has room for three") {
        for (__u32 slot = 0; slot < 5; slot++) {
            table.put(at.first, slot, live);
        }
        CHECK(table.enter().bucket == at.first);
    }
}

TEST_CASE("full buckets: a call is moved to its other bucket, none goes", "[table]") {
    const Buckets at = buckets_of(kCall);
    for (const __u32 full : {at.first, at.other}) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            Table table;
            table.fill_all({SS_CALL_CONFIRMED, 1});
            const Entry moved = table.movable(full, slot);
            const std::size_t before = table.entries().size();
            const Entry entry = table.enter();
            CHECK(entry.bucket == full);
            CHECK(entry.slot == slot);
            CHECK(table.entries().size() == before + 1);
            const auto entries = table.entries();
            CHECK(std::any_of(entries.begin(), entries.end(), [&](const Entry &one) {
                return one.value == moved.value && one.bucket == moved.bucket;
            }));
        }
    }
}

TEST_CASE("full buckets: the entry of least worth goes", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    ss_tap tap = DataPlane::any_packet();
    tap.server = Farm::kServers; // nobody's: that a call went is shown to whoever listens
    table.tap(SS_TAP_CALLS, tap);
    const auto check_displaced = [&table](__u32 bucket, __u32 slot) {
        const auto before = table.entries();
        const auto victim = std::find_if(before.begin(), before.end(), [&](const Entry &one) {
            return one.bucket == bucket && one.slot == slot;
        });
        REQUIRE(victim != before.end());
        const Entry entry = table.enter();
        CHECK(entry.bucket == bucket);
        CHECK(entry.slot == slot);
        CHECK(table.entries().size() == before.size());
        const auto shown = table.tapped();
        REQUIRE(shown.size() == 1);
        CHECK(shown[0].head.gone == ss_call_tag(victim->value));
        CHECK(shown[0].head.displaced + shown[0].head.expired == ss_call_state(victim->value));
        CHECK((shown[0].head.expired != 0) == (table.call_counters(0).expired != 0));
    };
    const auto check_counted = [&table](enum ss_call_state state) {
        const auto counters = table.call_counters(0);
        for (__u32 i = 0; i < SS_CALL_STATES; i++) {
            CHECK(counters.displaced[i] == (i == state && i != SS_CALL_EMPTY ? 1 : 0));
        }
        CHECK(counters.expired == (state == SS_CALL_EMPTY ? 1 : 0));
        CHECK(counters.no_room == 0);
    };
    // From the entry worth most to the one worth least.
    table.fill_all({SS_CALL_CONFIRMED, 1});
    table.fill(at.first, {SS_CALL_CONFIRMED, kLifetime / 2});
    table.fill(at.other, {SS_CALL_CONFIRMED, kLifetime / 2});
    table.put(at.other, 5, {SS_CALL_CONFIRMED, kLifetime / 2 + 5});
    SECTION("as the very last, a confirmed call that was silent for half its lifetime") {
        check_displaced(at.other, 5);
        check_counted(SS_CALL_CONFIRMED);
    }
    table.put(at.first, 6, {SS_CALL_CONFIRMED, kLifetime / 2 + 15});
    SECTION("the longer idle of two of those") {
        check_displaced(at.first, 6);
    }
    table.put(at.first, 1, {SS_CALL_EARLY, 10});
    SECTION("early before confirmed") {
        check_displaced(at.first, 1);
        check_counted(SS_CALL_EARLY);
    }
    table.put(at.other, 2, {SS_CALL_EARLY, 20});
    SECTION("the longer idle of two early ones") {
        check_displaced(at.other, 2);
    }
    table.put(at.other, 7, {SS_CALL_OTHER, 5});
    SECTION("no call before an early one, idle or not") {
        check_displaced(at.other, 7);
        check_counted(SS_CALL_OTHER);
    }
    table.put(at.first, 3, {SS_CALL_CLOSING, 4});
    SECTION("closing before that, idle or not") {
        check_displaced(at.first, 3);
        check_counted(SS_CALL_CLOSING);
    }
    table.put(at.other, 4, {SS_CALL_CLOSING, 9});
    SECTION("the longer idle of two closing ones") {
        check_displaced(at.other, 4);
    }
    table.put(at.first, 5, {SS_CALL_CONFIRMED, kLifetime + 5});
    SECTION("expired before everything, though it was confirmed") {
        check_displaced(at.first, 5);
        check_counted(SS_CALL_EMPTY);
    }
}

TEST_CASE("each place of full buckets can be displaced", "[table]") {
    const Buckets at = buckets_of(kCall);
    for (const __u32 bucket : {at.first, at.other}) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            Table table;
            table.fill_all({SS_CALL_CONFIRMED, 1});
            table.fill(at.first, {SS_CALL_CONFIRMED, 1});
            table.fill(at.other, {SS_CALL_CONFIRMED, 1});
            table.put(bucket, slot, {SS_CALL_EARLY, 1});
            const Entry entry = table.enter();
            CHECK(entry.bucket == bucket);
            CHECK(entry.slot == slot);
        }
    }
}

TEST_CASE("entries that are no calls are worth the same", "[table]") {
    for (const enum ss_call_state state : {SS_CALL_OTHER, SS_CALL_SOURCE}) {
        Table table;
        const Buckets at = buckets_of(kCall);
        table.fill_all({SS_CALL_CONFIRMED, 1});
        table.fill(at.first, {SS_CALL_SOURCE, 10});
        table.fill(at.other, {SS_CALL_OTHER, 10});
        table.put(at.other, 6, {state, 13});
        const Entry entry = table.enter();
        CHECK(entry.bucket == at.other);
        CHECK(entry.slot == 6);
    }
}

TEST_CASE("a flood of OPTIONS displaces no ringing call", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    table.fill_all({SS_CALL_CONFIRMED, 1});
    table.fill(at.first, {SS_CALL_EARLY, 10});
    table.fill(at.other, {SS_CALL_EARLY, 10});
    table.put(at.other, 2, {SS_CALL_OTHER, 1});
    const auto ringing = [&table] {
        const auto entries = table.entries();
        return std::count_if(entries.begin(), entries.end(), [](const Entry &entry) {
            return ss_call_state(entry.value) == SS_CALL_EARLY;
        });
    };
    const auto before = ringing();
    for (int i = 0; i < 2000; i++) {
        table.run(to_vip(request("OPTIONS", "invented" + std::to_string(i))));
    }
    CHECK(ringing() == before);
}

TEST_CASE("confirmed calls that are alive are never displaced: the ring alone", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    table.fill_all({SS_CALL_CONFIRMED, 1});
    table.fill(at.first, {SS_CALL_CONFIRMED, kLifetime / 2 - 3});
    table.fill(at.other, {SS_CALL_CONFIRMED, kLifetime / 2 - 3});
    const __u32 ring = Farm::ring_server(call_hash(kCall));
    CHECK(table.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NO_ROOM) == ring);
    CHECK(table.steer(to_vip(request("ACK", kCall)), SS_REASON_DIALOG_UNKNOWN) == ring);
    CHECK_FALSE(table.entry(call_hash(kCall), 0));
    CHECK(table.entries().size() == kBuckets * SS_BUCKET_ENTRIES);
    CHECK(table.server_counters(ring).sent.packets == 2);
    CHECK(table.server_counters(ring).new_calls == 0);
    CHECK(table.call_counters(0).no_room == 1);
}

TEST_CASE("a response stays with its sender, also where its dialog finds no room", "[table]") {
    Table table;
    table.fill_all({SS_CALL_CONFIRMED, 1});
    const __u32 sender = (Farm::ring_server(call_hash(kCall)) + 1) % Farm::kServers;
    table.host("192.0.2.11", sender);
    const std::string answer = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.11;branch=z9hG4bK1\r\n"
                               "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: " +
                               kCall + "\r\nCSeq: 1 INVITE\r\n\r\n";
    CHECK(table.steer(to_vip(answer), SS_REASON_CALL_NO_ROOM) == sender);
}

TEST_CASE("a call without room stays with the ring's server, whatever the scheduler", "[table]") {
    Table table;
    table.fill_all({SS_CALL_CONFIRMED, 1});
    const auto scheduler =
        GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_TURNS, SS_SCHEDULER_LEAST_CALLS);
    table.scheduler(0, scheduler);
    for (const char *name : {"a", "b", "c", "d", "e"}) {
        const std::string call = kCall + name;
        const __u32 ring = Farm::ring_server(call_hash(call));
        for (const char *method : {"INVITE", "INFO", "UPDATE", "INVITE"}) {
            CHECK(table.steer(to_vip(request(method, call)), SS_REASON_CALL_NO_ROOM) == ring);
        }
        for (const char *method : {"ACK", "CANCEL", "BYE"}) {
            CHECK(table.steer(to_vip(request(method, call)), SS_REASON_DIALOG_UNKNOWN) == ring);
        }
    }
    for (__u32 i = 0; i < Farm::kServers; i++) {
        CHECK(table.load(i).live == 0);
    }
}

TEST_CASE("servers that are full take what goes on in a call without an entry", "[table]") {
    Table table;
    const bool room = GENERATE(false, true);
    if (!room) {
        table.fill_all({SS_CALL_CONFIRMED, 1});
    }
    for (__u32 i = 0; i < Farm::kServers; i++) {
        table.server(i, {.most_calls = 1});
        table.set_load(i, 1);
    }
    CHECK(table.run(to_vip(request("INVITE", kCall))).reason == SS_REASON_POOL_FULL);
    const __u32 ring = Farm::ring_server(call_hash(kCall));
    const auto entries = table.entries().size();
    CHECK(table.steer(to_vip(request("ACK", kCall)), SS_REASON_DIALOG_UNKNOWN) == ring);
    CHECK(table.entries().size() == entries);
    const auto *method = GENERATE("PRACK", "UPDATE", "INFO", "REFER");
    CHECK(table.steer(to_vip(request(method, kCall)),
                      room ? SS_REASON_DIALOG_UNKNOWN : SS_REASON_CALL_NO_ROOM) == ring);
    CHECK(table.load(ring).live == 1); // it is no live call
}

TEST_CASE("who makes room is counted in the pool whose call it was", "[table]") {
    Table table;
    table.pool(1);
    table.server(8, {.pool = 1});
    table.fill_all({SS_CALL_CONFIRMED, 1});
    const __u32 idle = GENERATE(2, 2 * kLifetime);
    table.put(buckets_of(kCall).other, 5, {SS_CALL_EARLY, idle}, 8);
    table.enter();
    CHECK(table.call_counters(0).displaced[SS_CALL_EARLY] == 0);
    CHECK(table.call_counters(0).expired == 0);
    CHECK(table.call_counters(1).displaced[SS_CALL_EARLY] == (idle == 2));
    CHECK(table.call_counters(1).expired == (idle != 2));
}

TEST_CASE("in a bucket of calls of two pools each has its pool's lifetimes", "[table]") {
    Table table;
    const Buckets at = buckets_of(kCall);
    table.pool(1);
    table.lifetime(1, SS_CALL_CONFIRMED, 1000);
    table.server(8, {.pool = 1});
    table.fill_all({SS_CALL_CONFIRMED, 1});
    for (const __u32 bucket : {at.first, at.other}) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            table.put(bucket, slot, {SS_CALL_CONFIRMED, 500}, 8);
        }
    }
    SECTION("the other pool's calls are not expired by this pool's lifetimes") {
        table.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NO_ROOM);
    }
    SECTION("this pool's are") {
        table.put(at.other, 3, {SS_CALL_CONFIRMED, 500}, 0);
        const Entry entry = table.enter();
        CHECK(entry.bucket == at.other);
        CHECK(entry.slot == 3);
    }
}

TEST_CASE("a flood of invented Call-IDs pushes out no confirmed call", "[table][many]") {
    Table table;
    constexpr int kCalls = 100;
    const auto name = [](int i) { return "real-" + std::to_string(i); };
    for (int i = 0; i < kCalls; i++) {
        table.run(to_vip(request("INVITE", name(i))));
        table.run(to_vip(request("ACK", name(i))));
    }
    for (int i = 0; i < 3000; i++) {
        table.run(to_vip("INVITE x SIP/2.0\ni:" + std::to_string(i)));
    }
    for (int i = 0; i < kCalls; i++) {
        CHECK(table.run(to_vip(request("BYE", name(i)))).reason == SS_REASON_CALL_HIT);
    }
}

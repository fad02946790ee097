// SPDX-License-Identifier: Apache-2.0
//
// Accounts of calls, from a pass over one director's table into another's.
#include "directors.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace sipsteer::cluster;
using namespace sipsteer::cluster::test;

namespace {

constexpr std::uint32_t kTag = 0xabcd1234;

/// What one has to tell, to the other.
std::vector<Outcome> share(Director &from, Director &to, const Moment &now) {
    std::vector<Outcome> outcomes;
    for (const auto &call : from.pass(now)) {
        outcomes.push_back(to.hear(call, now));
    }
    return outcomes;
}

} // namespace

TEST_CASE("a call goes over by its server's name, with its state and its age") {
    Director one;
    Director other(7); // the same servers under other indexes
    one.set(kTag, 5, SS_CALL_CONFIRMED, "b", kBeginTick - 100);
    CHECK(share(one, other, after(1)) == std::vector{Outcome::Entered});
    CHECK(other.call(kTag, 5) == "2 b");
    const auto place = find_entry(other.table(), CallName::of(kTag, 5, kBuckets));
    REQUIRE(place);
    const auto idle = ss_call_idle(other.table()[place->bucket].entry[place->slot], after(1).tick);
    CHECK(idle >= 100);
    CHECK(idle <= 102);
    CHECK(other.births()[place->bucket].marks[place->slot] == SS_CALL_UNKNOWN);
    CHECK(other.counts_are_true());
    CHECK(one.pass(after(2)).empty());   // told once
    CHECK(other.pass(after(2)).empty()); // who heard it does not tell it
}

TEST_CASE("what is no running call is not told") {
    Director one;
    one.set(kTag, 5, SS_CALL_OTHER, "b", kBeginTick);
    one.set(kTag + 1, 5, SS_CALL_SOURCE, "b", kBeginTick);
    one.set(kTag + 2, 5, SS_CALL_CLOSING, "b", kBeginTick);
    CHECK(one.pass(after(1)).empty());
}

TEST_CASE("a call's changes and its end go over") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_EARLY, "a", kBeginTick);
    share(one, other, after(1));
    one.set(kTag, 5, SS_CALL_CONFIRMED, "c", kBeginTick + 2);
    CHECK(share(one, other, after(3)) == std::vector{Outcome::Changed});
    CHECK(other.call(kTag, 5) == "2 c");
    one.set(kTag, 5, SS_CALL_CLOSING, "c", kBeginTick + 4);
    CHECK(share(one, other, after(5)) == std::vector{Outcome::Changed});
    CHECK(other.call(kTag, 5) == "3 c");
    CHECK(other.counts_are_true());
    CHECK(one.pass(after(6)).empty());
}

TEST_CASE("the end of a call that no pass saw goes over") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    share(one, other, after(1));
    const auto place = find_entry(one.table(), CallName::of(kTag, 5, kBuckets));
    const bool taken = GENERATE(false, true);
    one.put(*place, taken ? ss_call_make(kTag + 9, SS_CALL_OTHER, 0, kBeginTick) : 0);
    CHECK(share(one, other, after(2)) == std::vector{Outcome::Changed});
    CHECK(other.call(kTag, 5) == "3 a");
    CHECK(one.pass(after(3)).empty());
    CHECK(other.pass(after(3)).empty());
}

TEST_CASE("a message that lengthens a call's life by much is told") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    share(one, other, after(1));
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick + 1000); // a quarter of its lifetime
    CHECK(one.pass(after(1000)).empty());
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick + 1001);
    CHECK(share(one, other, after(1001)) == std::vector{Outcome::Changed});
}

TEST_CASE("an entry that moves to another place is not news") {
    Director one;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    one.set(kTag + 1, 5, SS_CALL_CONFIRMED, "b", kBeginTick);
    CHECK(one.pass(after(1)).size() == 2);
    const auto from = find_entry(one.table(), CallName::of(kTag, 5, kBuckets));
    const __u64 entry = one.table()[from->bucket].entry[from->slot];
    one.put(*from, 0);
    one.put({ss_call_other_bucket(5, kTag, kBuckets), 6}, entry);
    CHECK(one.pass(after(2)).empty());
    one.put(*from, ss_call_make(kTag + 2, SS_CALL_EARLY, 0, kBeginTick + 2));
    CHECK(one.pass(after(3)).size() == 1);
}

TEST_CASE("an account that comes late changes nothing") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_EARLY, "a", kBeginTick);
    const auto early = one.pass(after(1));
    one.set(kTag, 5, SS_CALL_CONFIRMED, "b", kBeginTick + 2);
    const auto confirmed = one.pass(after(3));
    CHECK(other.hear(confirmed.at(0), after(4)) == Outcome::Entered);
    CHECK(other.hear(early.at(0), after(4)) == Outcome::Old);
    CHECK(other.hear(confirmed.at(0), after(4)) == Outcome::Old); // twice
    CHECK(other.call(kTag, 5) == "2 b");
}

TEST_CASE("what changed here and is not told yet stands") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_EARLY, "a", kBeginTick);
    share(one, other, after(1));
    other.set(kTag, 5, SS_CALL_CONFIRMED, "b", kBeginTick + 5); // its messages come here now
    one.set(kTag, 5, SS_CALL_EARLY, "c", kBeginTick + 3);
    CHECK(share(one, other, after(6)) == std::vector{Outcome::Old});
    CHECK(other.call(kTag, 5) == "2 b");
    CHECK(share(other, one, after(6)) == std::vector{Outcome::Changed});
    CHECK(one.call(kTag, 5) == "2 b");
}

TEST_CASE("an account that cannot be right here is refused") {
    Director one;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    auto call = one.pass(after(1)).at(0);
    SECTION("a server that is not configured") {
        Director other;
        call.server.server = "z";
        CHECK(other.hear(call, after(1)) == Outcome::NoServer);
    }
    SECTION("another index of the pool") {
        Director other(0, 3);
        CHECK(other.hear(call, after(1)) == Outcome::PoolIndex);
    }
    SECTION("an order of tomorrow") {
        Director other;
        call.order += 24 * 3'600'000;
        CHECK(other.hear(call, after(1)) == Outcome::Ahead);
        call.order = ~std::uint64_t{0};
        CHECK(other.hear(call, after(1)) == Outcome::Ahead);
    }
    SECTION("a lifetime that is over") {
        Director other;
        call.seen = 0;
        CHECK(other.hear(call, after(1)) == Outcome::Over);
        CHECK(other.call(kTag, 5).empty());
    }
    SECTION("a call that is over and was never here") {
        Director other;
        call.state = SS_CALL_CLOSING;
        CHECK(other.hear(call, after(1)) == Outcome::Over);
    }
    SECTION("no room") {
        Director other;
        for (const std::uint32_t bucket : {5U, ss_call_other_bucket(5, kTag, kBuckets)}) {
            for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
                other.put({bucket, slot}, ss_call_make(100 + slot, SS_CALL_EARLY, 0, kBeginTick));
            }
        }
        CHECK(other.hear(call, after(1)) == Outcome::NoRoom);
        CHECK(other.counts_are_true());
    }
}

TEST_CASE("without room a call stays to be told") {
    Director one;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    CHECK(one.pass(after(1), false).size() == 1);
    CHECK(one.walk().totals().untold == 1);
    CHECK(one.pass(after(2)).size() == 1);
    CHECK(one.walk().totals().untold == 0);
    CHECK(one.walk().totals().told == 1);
}

TEST_CASE("an engine that lost all hears all again, and nobody takes that for news") {
    Director one;
    Director other;
    one.set(kTag, 5, SS_CALL_CONFIRMED, "a", kBeginTick);
    share(one, other, after(1));
    for (int i = 0; i < 600; i++) { // the number of a round comes again
        one.ledger().forget_told();
    }
    CHECK(share(one, other, after(2)) == std::vector{Outcome::Old});
    other.ledger().forget_told();
    const auto told = other.pass(after(3));
    REQUIRE(told.size() == 1);
    Director third;
    CHECK(third.hear(told[0], after(3)) == Outcome::Entered);
    CHECK(one.hear(told[0], after(3)) == Outcome::Old);
}

/// Three directors, messages of each call at any of them, accounts that are late, lost and doubled.
/// When traffic rests and the engine asks for everything once more, all say the same of each call.
TEST_CASE("directors agree in the end") {
    const auto seed = GENERATE(range(1U, 21U));
    CAPTURE(seed);
    std::mt19937 engine(seed);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    std::vector<Director> directors;
    directors.emplace_back(0);
    directors.emplace_back(40);
    directors.emplace_back(3);
    std::vector<std::pair<std::size_t, SharedCall>> under_way;
    const auto deliver = [&](std::size_t at, const Moment &now) {
        directors[under_way[at].first].hear(under_way[at].second, now);
        under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
    };
    const auto tell = [&](std::size_t from, const Moment &now, bool lossy) {
        for (const auto &call : directors[from].pass(now)) {
            for (std::size_t to = 0; to < directors.size(); to++) {
                const unsigned copies = lossy ? random() % 3 : 1;
                for (unsigned i = 0; to != from && i < copies; i++) {
                    under_way.emplace_back(to, call);
                }
            }
        }
    };
    std::uint32_t tick = 1;
    for (int step = 0; step < 400; step++) {
        tick += random() % 2;
        const auto which = random() % 12;
        const std::uint32_t call = random() % 12;
        const auto director = random() % directors.size();
        if (which < 5) {
            const char *servers[] = {"a", "b", "c"};
            directors[director].set(kTag + call, call, 1 + random() % 2, servers[random() % 3],
                                    kBeginTick + tick);
        } else if (which < 7) {
            tell(director, after(tick), true);
        } else if (!under_way.empty()) {
            deliver(random() % under_way.size(), after(tick));
        }
    }
    for (int round = 0; round < 6; round++) {
        for (std::size_t from = 0; from < directors.size(); from++) {
            directors[from].ledger().forget_told();
            tell(from, after(++tick), false);
            while (!under_way.empty()) {
                deliver(random() % under_way.size(), after(tick));
            }
        }
    }
    for (std::uint32_t call = 0; call < 12; call++) {
        CAPTURE(call);
        const auto first = directors[0].call(kTag + call, call);
        CHECK(directors[1].call(kTag + call, call) == first);
        CHECK(directors[2].call(kTag + call, call) == first);
    }
    for (auto &director : directors) {
        CHECK(director.counts_are_true());
        CHECK(director.pass(after(tick)).empty());
    }
}

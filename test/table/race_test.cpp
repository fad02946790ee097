// SPDX-License-Identifier: Apache-2.0
//
// Two CPUs with messages of the same calls, in the same buckets, at the same moments.
#include "driver.hpp"
#include "farm.hpp"

#include "calls/doubles.hpp"

#include <catch2/catch.hpp>

#include <iostream>

#include <array>
#include <exception>
#include <functional>
#include <map>
#include <numeric>
#include <sched.h>
#include <thread>

using namespace sipsteer::test;

namespace {

/// Two CPUs that this process may use; none: the machine has only one.
std::vector<int> two_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    must(sched_getaffinity(0, sizeof(allowed), &allowed) < 0 ? -errno : 0, "sched_getaffinity");
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE && cpus.size() < DRIVE_CPUS; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            cpus.push_back(cpu);
        }
    }
    return cpus.size() == DRIVE_CPUS ? cpus : std::vector<int>{};
}

void pin_to(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    must(sched_setaffinity(0, sizeof(one), &one) < 0 ? -errno : 0, "sched_setaffinity");
}

/// What is wrong with the table after a race.
struct Faults {
    std::uint64_t lost = 0;    // calls without an entry
    std::uint64_t doubled = 0; // calls with more than one
    std::uint64_t torn = 0;    // entries that name no server of the pool, or no state
    std::uint64_t strange = 0; // entries of no call
    std::uint64_t split = 0;   // calls for which the CPUs were told different servers
    std::uint64_t strayed = 0; // or another one than the entry has
    std::uint64_t counts = 0;  // servers whose count of live calls is not the table's

    std::uint64_t entries = 0; // in all: no fault

    /// Those that no order of the two CPUs' steps may lead to.
    std::uint64_t grave() const { return lost + torn + strange + strayed + counts; }
};

std::ostream &operator<<(std::ostream &out, const Faults &faults) {
    return out << "lost " << faults.lost << ", doubled " << faults.doubled << ", torn "
               << faults.torn << ", strange " << faults.strange << ", split " << faults.split
               << ", strayed " << faults.strayed << ", counts " << faults.counts;
}

/// A farm whose servers take turns, so that two choices for one call differ.
class Race : public Farm {
public:
    Race(std::uint32_t buckets, Code code) : Farm(buckets), driver_(code) {
        scheduler(0, SS_SCHEDULER_TURNS);
    }

    /// One message of this event for each of the calls, on both CPUs at once.
    void both(finder_event event, std::uint64_t first, std::uint32_t count) {
        together(event, event, first, count);
    }

    void together(finder_event one, finder_event other, std::uint64_t first, std::uint32_t count) {
        const std::array<finder_event, DRIVE_CPUS> events = {one, other};
        driver_.meet_again();
        on_both([&](std::uint32_t cpu) { driver_.run_together(events[cpu], first, count, cpu); });
    }

    /// The first messages of as many calls on each CPU, of other calls on each, from number `first`
    /// on.
    void apart(std::uint64_t first, std::uint32_t count) {
        on_both([&](std::uint32_t cpu) { driver_.run(FINDER_START, first + cpu * count, count); });
    }

    /// Calls from number 0 on that are confirmed before the race.
    void confirm(std::uint64_t count) {
        CHECK(driver_.run(FINDER_START, 0, count).fresh == count);
        CHECK(driver_.run(FINDER_ACK, 0, count).hits == count);
    }

    /// Whether the call has one entry, confirmed.
    bool is_confirmed(std::uint64_t number) const {
        const Found found = find_call(memory_.calls.span(), drive_hash(number));
        return found.entries == 1 && ss_call_state(found.value) == SS_CALL_CONFIRMED;
    }

    /// With the calls from number 0 on, all of which are to be in the table and no others.
    Faults faults(std::uint64_t calls) const {
        Faults faults = faults_of_entries();
        std::uint64_t theirs = 0;
        for (std::uint64_t call = 0; call < calls; call++) {
            const Found found = find_call(memory_.calls.span(), drive_hash(call));
            theirs += found.entries;
            faults.lost += found.entries == 0;
            faults.doubled += found.entries > 1;
            faults.split += driver_.told(call, 0) != driver_.told(call, 1);
            faults.strayed +=
                found.entries == 1 && driver_.told(call, 0) != ss_call_server(found.value);
        }
        faults.strange = faults.entries > theirs ? faults.entries - theirs : 0;
        return faults;
    }

    /// One pass, at a time when all messages are long over. How many entries it removed.
    std::uint64_t remove_doubles() {
        constexpr std::uint32_t kLater = 10; // ticks
        sipsteer::calls::Doubles doubles({{memory_.calls.span(), {}}}, memory_.loads.span());
        doubles.slice(memory_.calls.span().size(), now() + kLater);
        return doubles.removed();
    }

    /// With the entries themselves, whatever calls they are of.
    Faults faults_of_entries() const {
        Faults faults;
        std::map<__u32, __s64> live;
        for (const ss_bucket &bucket : memory_.calls.span()) {
            for (const __u64 entry : bucket.entry) {
                if (entry != 0) {
                    faults.entries++;
                    faults.torn += !is_whole(entry);
                    live[ss_call_server(entry)] += ss_call_is_live(ss_call_state(entry));
                }
            }
        }
        for (__u32 server = 0; server < kServers; server++) {
            faults.counts += load(server).live != live[server];
        }
        return faults;
    }

private:
    /// Runs it for 0 and for 1 at once, each on a CPU of its own.
    static void on_both(const std::function<void(std::uint32_t cpu)> &run) {
        std::array<std::exception_ptr, DRIVE_CPUS> failures;
        std::vector<std::thread> threads;
        for (std::uint32_t i = 0; i < DRIVE_CPUS; i++) {
            threads.emplace_back([&, i] {
                try {
                    pin_to(two_cpus().at(i));
                    run(i);
                } catch (...) {
                    failures[i] = std::current_exception();
                }
            });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        for (const auto &failure : failures) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        }
    }

    /// Everything in it is something that one of the messages may have written.
    static bool is_whole(__u64 entry) {
        const __u32 state = ss_call_state(entry);
        return ss_call_tag(entry) != 0 && ss_call_server(entry) < kServers &&
               (state == SS_CALL_EARLY || state == SS_CALL_CONFIRMED || state == SS_CALL_CLOSING) &&
               ss_call_idle(entry, now()) < kLongest;
    }

    static constexpr __u32 kLongest = 100; // ticks: no test takes this long

    Driver driver_;
    TableMemory memory_;
};

constexpr std::uint32_t kCalls = 200'000;
constexpr std::uint32_t kRoomy = kCalls / 5; // buckets: a fill of 62 %

/// Each CPU looks for the call once more when it has chosen a place, so both enter it only if other
/// calls come to their two buckets in between. Such a call has two entries until the daemon's next
/// pass over the doubles; all later messages go by the same one. Clients do not send a first
/// message twice within a fraction of a microsecond, so a few in ten thousand of calls that do
/// nothing else are put up with.
constexpr std::uint32_t kDoubledAtMost = kCalls / 2'000;

bool has_two_cpus() {
    if (two_cpus().empty()) {
        WARN("skipped: this process may use one CPU only");
    }
    return !two_cpus().empty();
}

/// Two CPUs meet in a bucket only while the machine has both of them free, so it is tried again.
template <typename Find>
bool found_in_time(Find find) {
    constexpr int kMostTries = 200;
    for (int i = 0; i < kMostTries; i++) {
        if (find()) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("two CPUs: a call that comes to both at once has one entry and one server", "[race]") {
    if (!has_two_cpus()) {
        return;
    }
    Race race(kRoomy, Code::real);
    race.both(FINDER_START, 0, kCalls);
    const Faults first = race.faults(kCalls);
    INFO("after the first message: " << first);
    std::cout << first.doubled << " of " << kCalls << " calls have two entries\n";
    CHECK(first.grave() == 0);
    CHECK(first.doubled < kDoubledAtMost);
    CHECK(first.split <= first.doubled);
    race.together(FINDER_ACK, FINDER_END, 0, kCalls);
    const Faults later = race.faults(kCalls);
    INFO("after ACK and BYE at once: " << later);
    CHECK(later.grave() == 0);
    CHECK(later.doubled == first.doubled);
    CHECK(later.split == 0);
    CHECK(race.remove_doubles() >= later.doubled);
    const Faults last = race.faults(kCalls);
    INFO("after a pass over the doubles: " << last);
    CHECK(last.grave() == 0);
    CHECK(last.doubled == 0);
}

TEST_CASE("two CPUs: a call whose server is gone has one new server", "[race]") {
    if (!has_two_cpus()) {
        return;
    }
    Race race(kRoomy, Code::real);
    race.confirm(kCalls);
    for (const __u32 gone : {3U, 2U}) {
        race.server(gone, {.flags = SS_SERVER_IN_USE});
        std::vector<__u16> rest(gone);
        std::iota(rest.begin(), rest.end(), __u16{0});
        race.ring(0, rest);
        race.both(FINDER_ACK, 0, kCalls);
        const Faults faults = race.faults(kCalls);
        INFO(faults);
        CHECK(faults.grave() == 0);
        CHECK(faults.doubled == 0);
        CHECK(faults.split == 0);
        CHECK(race.load(gone).live == 0);
    }
}

TEST_CASE("two CPUs: a server takes as many calls as it may, and no more", "[race]") {
    if (!has_two_cpus()) {
        return;
    }
    constexpr std::uint32_t kAtOnce = 500; // on each CPU: far more than there are places
    constexpr __u32 kPlaces = 5;
    const auto scheduler =
        GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_TURNS, SS_SCHEDULER_LEAST_CALLS);
    Race race(kRoomy, Code::real);
    race.scheduler(0, scheduler);
    for (std::uint32_t round = 1; round <= 200; round++) {
        for (__u32 server = 0; server < Race::kServers; server++) {
            race.server(server, {.most_calls = round * kPlaces});
        }
        race.apart(std::uint64_t{round} * 2 * kAtOnce, kAtOnce);
        for (__u32 server = 0; server < Race::kServers; server++) {
            INFO("round " << round << ", server " << server);
            CHECK(race.load(server).live == round * kPlaces);
        }
    }
    CHECK(race.faults_of_entries().grave() == 0);
}

TEST_CASE("two CPUs: in full buckets entries stay whole and confirmed calls stay", "[race]") {
    if (!has_two_cpus()) {
        return;
    }
    constexpr std::uint64_t kConfirmed = 60;
    Race race(16, Code::real); // 128 entries
    race.confirm(kConfirmed);
    race.both(FINDER_START, kConfirmed, kCalls);
    race.together(FINDER_START, FINDER_END, kConfirmed + kCalls, kCalls);
    const Faults faults = race.faults_of_entries();
    INFO(faults);
    CHECK(faults.grave() == 0);
    for (std::uint64_t call = 0; call < kConfirmed; call++) {
        INFO("call " << call);
        CHECK(race.is_confirmed(call));
    }
}

TEST_CASE("two CPUs: these tests find out a plain store in the place of the swap", "[race]") {
    if (!has_two_cpus()) {
        return;
    }
    SECTION("where there is room") {
        CHECK(found_in_time([] {
            Race race(kRoomy, Code::torn);
            race.both(FINDER_START, 0, kCalls);
            return race.faults(kCalls).grave() > 0;
        }));
    }
    SECTION("in full buckets") {
        CHECK(found_in_time([] {
            Race race(16, Code::torn);
            race.both(FINDER_START, 0, kCalls);
            return race.faults_of_entries().grave() > 0;
        }));
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// Tables of every size that is configured: a thousand calls to 32 million.
#include "driver.hpp"
#include "farm.hpp"

#include "calls/clock.hpp"
#include "calls/sweeper.hpp"
#include "kernel/dataplane/maps.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <limits>

using namespace sipsteer;
using namespace sipsteer::test;

namespace {

/// Memory that programs can have, in bytes; what there is at most if the kernel does not say.
std::uint64_t memory_available() {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    std::uint64_t kilobytes = 0;
    while (file >> name >> kilobytes) {
        if (name == "MemAvailable:") {
            return kilobytes * 1024;
        }
        std::getline(file, unit);
    }
    return std::numeric_limits<std::uint64_t>::max();
}

bool has_memory_for(std::uint32_t buckets) {
    const std::uint64_t needed = buckets * (sizeof(ss_bucket) + sizeof(ss_births));
    const std::uint64_t available = memory_available();
    if (available / 2 >= needed) {
        return true;
    }
    WARN("skipped: the table takes " << (needed >> 20) << " MiB, of " << (available >> 20)
                                     << " MiB available");
    return false;
}

calls::SweepTotals sweep(const TableMemory &memory, std::uint16_t lifetime) {
    calls::StateLifetimes ticks;
    ticks.fill(lifetime);
    calls::Lifetimes lifetimes(ticks);
    for (std::uint16_t server = 0; server < Farm::kServers; server++) {
        lifetimes.set(server, ticks);
    }
    calls::Sweeper sweeper({{memory.calls.span(), memory.births.span()}}, memory.loads.span());
    while (!sweeper.sweep_slice(1 << 16, calls::now_tick(), lifetimes)) {
    }
    return sweeper.totals();
}

/// Which half of the table each of the calls is in: both have some, or its buckets are not reached.
std::array<std::uint64_t, 2> calls_by_half(std::span<const ss_bucket> table) {
    std::array<std::uint64_t, 2> halves = {};
    for (std::size_t bucket = 0; bucket < table.size(); bucket++) {
        for (const __u64 entry : table[bucket].entry) {
            halves[bucket >= table.size() / 2] += entry != 0;
        }
    }
    return halves;
}

} // namespace

TEST_CASE("a table of any size takes calls, finds them and is swept", "[capacity]") {
    const auto capacity = GENERATE(1'000U, 1'001U, 1'000'000U, 32'000'000U);
    INFO("a table for " << capacity << " calls");
    const std::uint32_t buckets = dataplane::bucket_count(capacity);
    CHECK(std::uint64_t{buckets} * SS_BUCKET_ENTRIES >= capacity);
    if (!has_memory_for(buckets)) {
        return;
    }
    Farm farm(buckets);
    const Driver driver;
    const TableMemory memory;
    // As many as fit with certainty, or enough to be all over it.
    const std::uint32_t count = std::min(capacity * 3 / 4, 50'000U);
    CHECK(driver.run(FINDER_START, 0, count).fresh == count);
    CHECK(driver.run(FINDER_ACK, 0, count).hits == count);
    const auto halves = calls_by_half(memory.calls.span());
    CHECK(halves[0] > count * 2 / 5);
    CHECK(halves[1] > count * 2 / 5);

    // A packet, too.
    CHECK(farm.server_for(to_vip(request("INVITE", "one@example.com"))).has_value());
    CHECK(farm.server_for(to_vip(request("ACK", "one@example.com"))).has_value());
    CHECK(find_call(memory.calls.span(), call_hash("one@example.com")).entries == 1);

    const calls::SweepTotals kept = sweep(memory, 1000);
    CHECK(kept.entries == std::uint64_t{buckets} * SS_BUCKET_ENTRIES);
    CHECK(kept.by_state[SS_CALL_CONFIRMED] == count + 1);
    CHECK(kept.live == count + 1);
    const calls::SweepTotals ended = sweep(memory, 0);
    CHECK(ended.expired == count + 1);
    CHECK(ended.live == 0);
    for (__u32 server = 0; server < Farm::kServers; server++) {
        CHECK(farm.load(server).live == 0);
    }
}

TEST_CASE("a table has room for the calls it is stated to hold", "[capacity]") {
    const auto capacity = GENERATE(1'000U, 1'000'000U);
    constexpr std::uint32_t kAtOnce = 50; // in the state that may be displaced
    INFO("a table for " << capacity << " calls");
    const Farm farm(dataplane::bucket_count(capacity));
    const Driver driver;
    for (std::uint32_t call = 0; call < capacity; call += kAtOnce) {
        driver.run(FINDER_START, call, kAtOnce);
        driver.run(FINDER_ACK, call, kAtOnce);
    }
    // Seven eighths full, two buckets a call, one move: a few in a thousand find no room.
    const std::uint32_t found = driver.run(FINDER_ACK, 0, capacity).hits;
    INFO(capacity - found << " have found no room");
    CHECK((capacity - found) * 1000 <= capacity * 5);
}

// SPDX-License-Identifier: Apache-2.0
//
// Invented Call-IDs, far more than the table has room for, against calls that are running.
#include "driver.hpp"
#include "farm.hpp"

#include "kernel/dataplane/maps.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <iostream>

using namespace sipsteer::test;

namespace {

constexpr std::uint64_t kInvented = std::uint64_t{1} << 40; // number of the first invented call

struct Flood {
    std::uint32_t capacity; // of the table, in calls, as in the configuration
    std::uint64_t confirmed;
    std::uint64_t invented;
};

/// How many calls from number 0 on are not in the table as they were: one entry, confirmed.
std::uint64_t lost_calls(std::span<const ss_bucket> table, std::uint64_t count) {
    std::uint64_t lost = 0;
    for (std::uint64_t call = 0; call < count; call++) {
        const Found found = find_call(table, drive_hash(call));
        lost += found.entries != 1 || ss_call_state(found.value) != SS_CALL_CONFIRMED;
    }
    return lost;
}

std::uint64_t entries_in_use(std::span<const ss_bucket> table) {
    std::uint64_t entries = 0;
    for (const ss_bucket &bucket : table) {
        for (const __u64 entry : bucket.entry) {
            entries += entry != 0;
        }
    }
    return entries;
}

void confirm(const Driver &driver, std::uint64_t count) {
    REQUIRE(driver.run(FINDER_START, 0, count).fresh == count);
    REQUIRE(driver.run(FINDER_ACK, 0, count).hits == count);
}

void check_flood(const Flood &flood) {
    Farm farm(sipsteer::dataplane::bucket_count(flood.capacity));
    farm.lifetime(0, SS_CALL_CONFIRMED, 1000); // 36 minutes: none is over, however slow this is
    farm.lifetime(0, SS_CALL_EARLY, 1000);
    const Driver driver;
    const TableMemory memory;
    confirm(driver, flood.confirmed);
    const auto begun = std::chrono::steady_clock::now();
    const drive result = driver.run(FINDER_START, kInvented, flood.invented);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;

    const std::uint64_t lost = lost_calls(memory.calls.span(), flood.confirmed);
    std::cout << flood.invented << " invented calls in " << took.count() << " s against "
              << flood.confirmed << " confirmed ones, table for " << flood.capacity << ": lost "
              << lost << ", invented ones without room " << result.no_room << "\n";
    CHECK(lost == 0);
    CHECK(result.fresh + result.no_room == flood.invented);
    // The flood has filled the table: it was one.
    CHECK(result.fresh > std::uint64_t{flood.capacity} * 2);
    CHECK(entries_in_use(memory.calls.span()) > flood.capacity);
    // Their next messages find their servers.
    CHECK(driver.run(FINDER_ACK, 0, flood.confirmed).hits == flood.confirmed);
}

} // namespace

TEST_CASE("4 million invented calls push out none of 200,000 confirmed ones", "[flood]") {
    check_flood({.capacity = 400'000, .confirmed = 200'000, .invented = 4'000'000});
}

// By hand: see test/README.md.
TEST_CASE("20 million invented calls push out none of a million confirmed ones", "[.][full]") {
    check_flood({.capacity = 2'000'000, .confirmed = 1'000'000, .invented = 20'000'000});
}

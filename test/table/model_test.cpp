// SPDX-License-Identifier: Apache-2.0
//
// The call table does what a plain map of calls does (trial.hpp), and gives up no more than it may.
#include "trial.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace sipsteer::test;

namespace {

Tally run_trial(const Size &size, int compare_every) {
    INFO("seed " << Catch::rngSeed() << ", " << size.buckets << " buckets");
    Trial trial(size, Catch::rngSeed());
    for (int i = 1; i <= size.steps; i++) {
        INFO("step " << i);
        trial.step();
        if (i % compare_every == 0) {
            trial.compare();
        }
    }
    trial.compare();
    const Tally &tally = trial.tally();
    std::cout << "seed " << Catch::rngSeed() << ", " << size.buckets << " buckets: at most "
              << tally.most << " calls, " << tally.given_up << " given up, " << tally.refused
              << " refused, " << tally.rehomed << " re-homed, " << tally.swept << " swept\n";
    CHECK(tally.rehomed > 10);
    return tally;
}

} // namespace

// --rng-seed N runs one again that has failed.

TEST_CASE("the table does what a plain map of calls does", "[model]") {
    const Tally tally =
        run_trial({.buckets = 1143, .names = 5000, .steps = 20'000, .hurry = 1}, 500);
    CHECK(tally.given_up == 0);
    CHECK(tally.refused == 0);
    CHECK(tally.most > 1000);
    CHECK(tally.swept > 50);
}

TEST_CASE("a table that is too small gives up what it may, and nothing else", "[model]") {
    const Tally tiny = run_trial({.buckets = 3, .names = 60, .steps = 6000, .hurry = 5}, 10);
    CHECK(tiny.most == std::size_t{3} * SS_BUCKET_ENTRIES);
    CHECK(tiny.given_up > 50);
    CHECK(tiny.refused > 0);
    const Tally small = run_trial({.buckets = 67, .names = 900, .steps = 10'000, .hurry = 1}, 10);
    CHECK(small.given_up > 50);
    CHECK(small.swept > 50);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/sweeper.hpp"

#include <catch2/catch.hpp>

namespace sipsteer::calls::test {

inline constexpr StateLifetimes kPool = {0, 10, 100, 5, 50, 20};
inline constexpr StateLifetimes kFallback = {0, 3, 3, 3, 3, 3};
inline constexpr std::uint32_t kNow = 1000;

/// Server 1 is in use, with kPool.
inline Lifetimes make_lifetimes() {
    Lifetimes lifetimes(kFallback);
    lifetimes.set(1, kPool);
    return lifetimes;
}

inline __u64 make_entry(std::uint32_t state, std::uint32_t idle, std::uint32_t server = 1,
                        std::uint32_t tag = 0xabcd1234) {
    return ss_call_make(tag, state, server, kNow - idle);
}

/// One pass in one slice.
inline SweepTotals sweep_all(Table table, std::uint32_t now, const Lifetimes &lifetimes) {
    Sweeper sweeper({{table, {}}});
    REQUIRE(sweeper.sweep_slice(table.size(), now, lifetimes));
    return sweeper.totals();
}

} // namespace sipsteer::calls::test

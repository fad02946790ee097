// SPDX-License-Identifier: Apache-2.0
#include "base/kernel_clock.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;

TEST_CASE("the offset of a time namespace is that of its monotonic clock") {
    CHECK(parse_monotonic_offset("monotonic      500000         7\n"
                                 "boottime       600000         0\n") == 500'000'000'000'007);
    CHECK(parse_monotonic_offset("boottime 1 0\nmonotonic -2 500000000\n") == -1'500'000'000);
    CHECK(parse_monotonic_offset("") == 0);
    CHECK(parse_monotonic_offset("monotonic x") == 0);
}

TEST_CASE("the clock goes on, and the coarse one is behind it by a tick at most") {
    const auto before = kernel_time();
    const auto coarse = kernel_time_coarse();
    const auto after = kernel_time();
    CHECK(before <= after);
    CHECK(coarse <= after);
    CHECK(before - coarse < 1'000'000'000);
}

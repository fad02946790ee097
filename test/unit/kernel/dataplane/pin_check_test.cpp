// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/pin_check.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::dataplane;

TEST_CASE("the difference of a pinned map is told: the first one, in the order of their weight") {
    const MapShape wanted{2, 4, 64, 4096};
    CHECK(map_difference(wanted, wanted).empty());
    CHECK(map_difference({1, 4, 64, 4096}, wanted) == "its type is 1 instead of 2");
    CHECK(map_difference({2, 8, 64, 4096}, wanted) == "its keys have 8 bytes instead of 4");
    CHECK(map_difference({2, 4, 16, 4}, wanted) == "its values have 16 bytes instead of 64");
    CHECK(map_difference({2, 4, 64, 4}, wanted) == "it has 4 entries instead of 4096");
}

TEST_CASE("a map that keeps the number of entries it was made with may have any") {
    CHECK(map_difference({2, 4, 64, 4}, {2, 4, 64, 0}).empty());
}

// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/program_check.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::dataplane;
using Lines = std::vector<std::string>;

TEST_CASE("the last lines of the verifier") {
    CHECK(last_lines("", 3).empty());
    CHECK(last_lines("\n\n", 3).empty());
    CHECK(last_lines("one", 3) == Lines{"one"});
    CHECK(last_lines("one\ntwo\n\nthree\n", 2) == Lines{"two", "three"});
    CHECK(last_lines("one\ntwo\n", 2) == Lines{"one", "two"});
    CHECK(last_lines("one\ntwo\n", 0).empty());
}

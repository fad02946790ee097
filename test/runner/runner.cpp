// SPDX-License-Identifier: Apache-2.0
//
// main() of every test program, and the one place where Catch2 itself is compiled.
#define CATCH_CONFIG_RUNNER
#include "runner/runner.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

namespace {

constexpr int kSkipped = 77; // as ctest is told

} // namespace

int main(int argc, char **argv) {
    if (const char *why = sipsteer::test::why_skip()) {
        std::fprintf(stderr, "skipped: %s\n", why);
        return kSkipped;
    }
    return Catch::Session().run(argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>
#include <sched.h>
#include <unistd.h>

int main(int argc, char **argv) {
    // The first namespace of our own: nothing below can touch the host's interfaces.
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0) {
        std::fputs("skipped: this test makes network namespaces and must run as root\n", stderr);
        return 77;
    }
    return Catch::Session().run(argc, argv);
}

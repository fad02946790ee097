// SPDX-License-Identifier: Apache-2.0
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <unistd.h>

#include <iostream>

int main(int argc, char **argv) {
    if (geteuid() != 0) {
        std::cerr << "skipped: loading a BPF program needs root\n";
        return 77;
    }
    return Catch::Session().run(argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <exception>

int main(int argc, char **argv) {
    using namespace sipsteer;
    const auto hand_over = [argv](const auto &...) { return cli::run_host_program(argv); };
    try {
        return cli::run(argc, argv, {hand_over, hand_over});
    } catch (const std::exception &error) {
        return cli::fail(cli::kExitFailed, error.what());
    }
}

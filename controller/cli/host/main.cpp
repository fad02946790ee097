// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <exception>

int main(int argc, char **argv) {
    using namespace sipsteer;
    try {
        return cli::run(argc, argv, {cli::run_doctor, cli::explain_capture});
    } catch (const std::exception &error) {
        return cli::fail(cli::kExitFailed, error.what());
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <exception>

int main(int argc, char **argv) {
    try {
        return sipsteer::cli::run(argc, argv);
    } catch (const std::exception &error) {
        return sipsteer::cli::fail(sipsteer::cli::kExitFailed, error.what());
    }
}

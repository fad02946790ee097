// SPDX-License-Identifier: Apache-2.0
#include "cli/host_commands.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace sipsteer::cli {

int run_host_program(char **argv) {
    std::error_code unknown; // then it is not found, either
    const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
    const auto path = (self.parent_path() / SIPSTEER_HOST_PROGRAM).lexically_normal();
    ::execv(path.c_str(), argv);
    return fail(kExitFailed, "cannot run " + path.string() + ": " + std::strerror(errno) +
                                 "; install sipsteer again, or build the target sipsteer-host");
}

} // namespace sipsteer::cli

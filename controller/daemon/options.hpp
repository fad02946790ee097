// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace sipsteer::daemon {

/// sipsteerd's exit codes; in its man page, too.
enum ExitCode { kExitOk = 0, kExitFailed = 1, kExitBadInput = 2 };

struct Options {
    std::string config_file;
    bool check = false;         // look at the configuration and say whether it is good
    bool check_program = false; // try to load the program; then a configuration is not needed
    bool detach = false;        // take everything away that earlier runs left
    std::string log_level;      // instead of the configuration's; empty: as that says
};

/// Options from the command line, or the code to exit with, after help or an error was printed.
struct ParsedOptions {
    std::optional<Options> options;
    int exit_code = kExitOk;
};

ParsedOptions parse_options(int argc, char **argv);

} // namespace sipsteer::daemon

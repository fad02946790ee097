// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include "config/choices.hpp"

#include <CLI/CLI.hpp>

namespace sipsteer::daemon {

ParsedOptions parse_options(int argc, char **argv) {
    Options options;
    CLI::App app{"sipsteerd: SIP load balancer that steers calls by their Call-ID in XDP."};
    app.add_option("-c,--config", options.config_file, "Read the configuration from this JSON file")
        ->type_name("FILE");
    app.add_flag("--check", options.check,
                 "Check the configuration and exit: 0 if it is valid, 2 if not");
    app.add_flag("--check-program", options.check_program,
                 "Load the program into this kernel, attach nothing, print the kernel's answer and "
                 "exit: 0 if the kernel takes it, 1 if not. A running daemon notices nothing; "
                 "--config is optional");
    app.add_flag("--detach", options.detach,
                 "Detach the program, remove the maps with all calls, remove the VIPs that "
                 "sipsteerd added, and exit");
    app.add_option("--log-level", options.log_level,
                   "Log at this level instead of log_level in the configuration")
        ->check(CLI::IsMember(config::words<config::LogLevel>()))
        ->type_name("LEVEL");
    app.set_version_flag("--version", "sipsteerd " SIPSTEER_VERSION);
    app.footer("Exit codes: 0 success, 1 failure, 2 bad command line or configuration.\nSignals: "
               "TERM and INT stop the daemon, HUP makes it read the configuration again.");
    try {
        app.parse(argc, argv);
        if (options.config_file.empty() && !options.check_program) {
            throw CLI::RequiredError("--config");
        }
    } catch (const CLI::ParseError &error) {
        return {std::nullopt, app.exit(error) == 0 ? kExitOk : kExitBadInput};
    }
    return {options, kExitOk};
}

} // namespace sipsteer::daemon

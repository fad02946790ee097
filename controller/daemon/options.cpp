// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include "config/choices.hpp"

#include <CLI/CLI.hpp>

namespace sipsteer::daemon {

ParsedOptions parse_options(int argc, char **argv) {
    Options options;
    CLI::App app{"sipsteerd: SIP load balancer. Steers UDP SIP by Call-ID in XDP; servers answer "
                 "directly."};
    app.add_option("-c,--config", options.config_file, "The configuration, a JSON file")
        ->required()
        ->type_name("FILE");
    app.add_flag("--check", options.check,
                 "Only check the configuration; exit 0 if it is good, 2 if not");
    app.add_flag("--detach", options.detach,
                 "Detach the program from the configured interfaces, remove the maps (and with "
                 "them the calls) and the VIPs that sipsteerd put there, then exit");
    app.add_option("--log-level", options.log_level, "Instead of the configuration's log_level")
        ->check(CLI::IsMember(config::words<config::LogLevel>()))
        ->type_name("LEVEL");
    app.set_version_flag("--version", "sipsteerd " SIPSTEER_VERSION);
    app.footer("Exit codes: 0 success, 1 failure, 2 bad command line or configuration.\n"
               "Signals: TERM and INT stop it, HUP reads the configuration again.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return {std::nullopt, app.exit(error) == 0 ? kExitOk : kExitBadInput};
    }
    return {options, kExitOk};
}

} // namespace sipsteer::daemon

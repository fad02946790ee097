// SPDX-License-Identifier: Apache-2.0
//
// The command line of sipsteer doctor.
#include "cli/commands.hpp"
#include "cli/doctor_checks.hpp"

#include <CLI/CLI.hpp>

namespace sipsteer::cli {

namespace {

std::vector<std::string> check_ids() {
#define SIPSTEER_CHECK_ID(id, ...) id,
    return {SIPSTEER_CHECKS(SIPSTEER_CHECK_ID)};
#undef SIPSTEER_CHECK_ID
}

} // namespace

void add_doctor(CLI::App &app, Todo &todo) {
    auto *command =
        app.add_subcommand("doctor", "Find faults of this director, and their remedies");
    auto options = std::make_shared<DoctorOptions>();
    const auto ids = check_ids();
    command
        ->add_option("-c,--config", options->config_file,
                     "Check against this configuration (default: the daemon's, or " +
                         std::string(kUsualFile) + ')')
        ->type_name("FILE");
    command->add_option("--only", options->only, "Run only these checks")
        ->delimiter(',')
        ->check(CLI::IsMember(ids))
        ->type_name("CHECK,...");
    command->add_option("--skip", options->skip, "Skip these checks")
        ->delimiter(',')
        ->check(CLI::IsMember(ids))
        ->type_name("CHECK,...");
    command->add_flag("--list", options->list, "List the checks and exit");
    command->add_flag("-v,--verbose", options->verbose, "Show all findings, not only faults");
    command->footer(
        "Changes nothing. Sends ARP and neighbour solicitations for the VIPs and servers, and one "
        "OPTIONS for each VIP through each server. Without root it skips the checks that need "
        "it.\nExit codes: 0 no check failed (warnings count as success), 1 a check failed.");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return todo.host.doctor(todo.context, *options); };
    });
}

} // namespace sipsteer::cli

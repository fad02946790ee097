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
        app.add_subcommand("doctor", "What is wrong with this director, and the remedy");
    auto options = std::make_shared<DoctorOptions>();
    const auto ids = check_ids();
    command
        ->add_option("-c,--config", options->config_file,
                     "The configuration to go by; default: the daemon's, or " +
                         std::string(kUsualFile))
        ->type_name("FILE");
    command->add_option("--only", options->only, "These checks alone")
        ->delimiter(',')
        ->check(CLI::IsMember(ids))
        ->type_name("CHECK,...");
    command->add_option("--skip", options->skip, "All but these checks")
        ->delimiter(',')
        ->check(CLI::IsMember(ids))
        ->type_name("CHECK,...");
    command->add_flag("--list", options->list, "Only say which checks there are");
    command->add_flag("-v,--verbose", options->verbose,
                      "All that was found, not only what is wrong");
    command->footer(
        "Sends ARP and neighbour solicitations for the VIPs and servers, and one OPTIONS "
        "by way of each server; changes nothing. Without root, what needs it is "
        "skipped.\nExit codes: 1 a check failed, 0 none did, warnings or not.");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return todo.host.doctor(todo.context, *options); };
    });
}

} // namespace sipsteer::cli

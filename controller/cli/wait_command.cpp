// SPDX-License-Identifier: Apache-2.0
//
// sipsteer wait: until a server is up, down or drained.
#include "cli/commands.hpp"
#include "cli/server_wait.hpp"
#include "cli/times.hpp"

#include <CLI/CLI.hpp>

namespace sipsteer::cli {

namespace {

struct WaitOptions {
    std::string server;
    std::string state;
    std::string timeout; // empty: none
};

WaitState state_of(const std::string &word) {
    return word == "up" ? WaitState::Up : word == "down" ? WaitState::Down : WaitState::Drained;
}

int wait(const Context &context, const WaitOptions &options) {
    Awaited awaited{{}, state_of(options.state), {}};
    if (!options.timeout.empty()) {
        const auto limit = read_time("--timeout", options.timeout);
        if (!limit) {
            return fail(kExitUsage, limit.error().message);
        }
        awaited.limit = *limit;
    }
    const auto found = find_thing(context, Noun::Server, options.server);
    awaited.server = found.thing;
    return found.ok() ? wait_for(context, awaited) : found.exit_code;
}

} // namespace

void add_wait(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<WaitOptions>();
    auto *command = app.add_subcommand("wait", "Wait until a server is up, down or drained");
    command->add_option("server", options->server, "The server")
        ->required()
        ->type_name("POOL/SERVER");
    command->add_option("state", options->state, "The state to wait for")
        ->required()
        ->check(CLI::IsMember({"up", "down", "drained"}))
        ->type_name("STATE");
    command
        ->add_option("--timeout", options->timeout, "Exit with 4 after this time (default: never)")
        ->type_name("DURATION");
    command->callback(
        [options, &todo] { todo.run = [options, &todo] { return wait(todo.context, *options); }; });
}

} // namespace sipsteer::cli

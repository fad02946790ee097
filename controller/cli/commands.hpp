// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.hpp"
#include "cli/host_commands.hpp"

#include <functional>

namespace CLI { // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace sipsteer::cli {

/// The command line's commands put what is to be done here; it gives the exit code.
struct Todo {
    HostCommands host;
    Context context;
    std::function<int()> run;
};

void add_explain(CLI::App &app, Todo &todo);
void add_config(CLI::App &app, Todo &todo);
void add_show(CLI::App &app, Todo &todo);
void add_change(CLI::App &app, Todo &todo);
void add_wait(CLI::App &app, Todo &todo);
void add_things(CLI::App &app, Todo &todo);
void add_rehome(CLI::App &app, Todo &todo);
void add_bans(CLI::App &app, Todo &todo);
void add_cluster(CLI::App &app, Todo &todo);
void add_log_level(CLI::App &app, Todo &todo);
void add_top(CLI::App &app, Todo &todo);
void add_events(CLI::App &app, Todo &todo);
void add_trace(CLI::App &app, Todo &todo);
void add_doctor(CLI::App &app, Todo &todo);
void add_help(CLI::App &app, Todo &todo);
void add_completion(CLI::App &app, Todo &todo);

/// Runs the program; gives its exit code.
int run(int argc, char **argv, HostCommands host);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer config: the configuration in force, and files without a daemon.
#include "cli/commands.hpp"
#include "cli/config_daemon.hpp"
#include "cli/config_history.hpp"
#include "cli/import_command.hpp"
#include "cli/input_file.hpp"
#include "config/parse.hpp"
#include "config/schema.hpp"
#include "config/warnings.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

json errors_json(const std::vector<config::FieldError> &errors) {
    json list = json::array();
    for (const auto &error : errors) {
        list.push_back({{"field", error.path}, {"message", error.message}});
    }
    return list;
}

int check(const Context &context, const std::string &file) {
    const auto text = read_input(file);
    if (!text) {
        return fail(kExitUsage, text.error().message);
    }
    const auto parsed = config::parse_text(*text);
    const auto warnings =
        parsed ? config::warnings_about(*parsed) : std::vector<config::FieldError>();
    if (context.json()) {
        print_json({{"file", file},
                    {"good", parsed.ok()},
                    {"errors", parsed.ok() ? json::array() : errors_json(parsed.errors())},
                    {"warnings", errors_json(warnings)}});
    } else if (parsed.ok()) {
        for (const auto &warning : warnings) {
            std::cerr << "warning: " << warning.to_string() << '\n';
        }
        std::cout << (file == "-" ? "standard input" : file) << ": valid\n";
    } else {
        std::cerr << parsed.error_text() << '\n';
    }
    return parsed.ok() ? kExitOk : kExitFailed;
}

void add_file_commands(CLI::App &command, Todo &todo) {
    auto *checking =
        command.add_subcommand("check", "Check a configuration file and print all errors");
    auto file = std::make_shared<std::string>();
    checking->add_option("file", *file, "Configuration file; - means the standard input")
        ->required()
        ->type_name("FILE");
    checking->callback(
        [file, &todo] { todo.run = [file, &todo] { return check(todo.context, *file); }; });
    command.add_subcommand("schema", "Print the JSON Schema of a configuration, for editors")
        ->callback([&todo] {
            todo.run = [] {
                print_json(config::schema());
                return kExitOk;
            };
        });
}

void add_daemon_command(CLI::App &command, Todo &todo, const char *name, const char *help,
                        int (*act)(const Context &)) {
    command.add_subcommand(name, help)->callback([act, &todo] {
        todo.run = [act, &todo] { return act(todo.context); };
    });
}

void add_history(CLI::App &command, Todo &todo) {
    auto *history = command.add_subcommand(
        "history", "List the last configurations that were in force, or print one");
    auto id = std::make_shared<std::optional<std::uint64_t>>();
    history->add_option("id", *id, "Number of the configuration to print")
        ->check(CLI::Range(1U, UINT32_MAX, "number"))
        ->type_name("ID");
    history->callback(
        [id, &todo] { todo.run = [id, &todo] { return show_history(todo.context, *id); }; });

    auto *rollback =
        command.add_subcommand("rollback", "Put an earlier configuration in force again");
    auto dry_run = std::make_shared<bool>(false);
    rollback->add_option("id", *id, "Number in the history (default: the one before the newest)")
        ->check(CLI::Range(1U, UINT32_MAX, "number"))
        ->type_name("ID");
    rollback->add_flag("--dry-run", *dry_run, "Print the differences and change nothing");
    rollback->callback([id, dry_run, &todo] {
        todo.run = [id, dry_run, &todo] { return roll_back(todo.context, *id, *dry_run); };
    });
}

} // namespace

void add_config(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand(
        "config", "Show, edit or save the configuration; check or import a file");
    command->require_subcommand(1);
    add_daemon_command(*command, todo, "show", "Print the complete configuration in force",
                       show_config);
    add_daemon_command(*command, todo, "edit",
                       "Edit the configuration in force with $VISUAL, $EDITOR or vi", edit_config);
    add_daemon_command(*command, todo, "save",
                       "Write the configuration in force to the daemon's configuration file",
                       save_config);
    add_history(*command, todo);
    add_file_commands(*command, todo);
    add_import(*command, todo);
}

} // namespace sipsteer::cli

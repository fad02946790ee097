// SPDX-License-Identifier: Apache-2.0
//
// sipsteer help and version.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/fields.hpp"
#include "cli/words.hpp"
#include "config/suggest.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// The help of the command that the words name, one inside the other.
int help(const CLI::App &app, const std::vector<std::string> &words) {
    const CLI::App *command = &app;
    std::string name = app.get_name();
    for (const auto &word : words) {
        std::vector<std::string> known;
        const CLI::App *inner = nullptr;
        for (const auto *one : command->get_subcommands([](const CLI::App *) { return true; })) {
            known.push_back(one->get_name());
            inner = one->get_name() == word ? one : inner;
        }
        if (inner == nullptr) {
            return fail(kExitUsage, "help: there is no command \"" + printable(word) + '"' +
                                        config::did_you_mean(word, known));
        }
        name += ' ' + word;
        command = inner;
    }
    // App::help() would print that of the command which was run, and that is help.
    std::cout << command->get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal);
    return kExitOk;
}

int version(const Context &context) {
    const auto status = ask_silently(context, {"GET", "/v1/status"});
    if (context.json()) {
        print_json({{"sipsteer", SIPSTEER_VERSION},
                    {"sipsteerd", status.ok() ? status.body.value("version", json()) : json()}});
        return kExitOk;
    }
    std::cout << "sipsteer " SIPSTEER_VERSION "\nsipsteerd "
              << (status.ok() ? text_of(status.body, "version") : "does not answer") << '\n';
    return kExitOk;
}

} // namespace

void add_help(CLI::App &app, Todo &todo) {
    auto words = std::make_shared<std::vector<std::string>>();
    auto *command = app.add_subcommand("help", "Print the help of a command");
    command->add_option("command", *words, "The command, with one inside it: config edit")
        ->type_name("COMMAND");
    command->callback(
        [words, &app, &todo] { todo.run = [words, &app] { return help(app, *words); }; });
    app.add_subcommand("version", "Print the versions of sipsteer and of the daemon")
        ->callback([&todo] { todo.run = [&todo] { return version(todo.context); }; });
}

} // namespace sipsteer::cli

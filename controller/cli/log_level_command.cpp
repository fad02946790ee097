// SPDX-License-Identifier: Apache-2.0
//
// sipsteer log-level: the level of the daemon's log.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/fields.hpp"
#include "config/choices.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

int log_level(const Context &context, const std::string &level) {
    ApiRequest request{"GET", "/v1/log_level"};
    if (!level.empty()) {
        request.method = "PUT";
        request.body = nlohmann::json{{"log_level", level}}.dump();
    }
    const auto answer = ask(context, request);
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    const std::string now = text_of(answer.body, "log_level");
    const std::string configured = text_of(answer.body, "configured");
    std::cout << now << (now == configured ? "" : "; the configuration has " + configured) << '\n';
    return kExitOk;
}

} // namespace

void add_log_level(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("log-level", "Show or set the level of the daemon's log");
    auto level = std::make_shared<std::string>();
    command->add_option("level", *level, "Level until the daemon stops or its file has another")
        ->check(CLI::IsMember(config::words<config::LogLevel>()))
        ->type_name("LEVEL");
    command->callback(
        [level, &todo] { todo.run = [level, &todo] { return log_level(todo.context, *level); }; });
}

} // namespace sipsteer::cli

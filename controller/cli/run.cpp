// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/words.hpp"
#include "config/model.hpp"
#include "config/suggest.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <iostream>
#include <system_error>

namespace sipsteer::cli {

namespace {

void add_common(CLI::App &app, Context &context) {
    app.add_option("-o,--output", context.output, "Print text (the same as table) or json")
        ->check(CLI::IsMember({"text", "table", "json"}))
        ->type_name("FORM");
    auto *api = app.add_option("--api", context.api,
                               "Ask the daemon at this socket or http[s]://HOST:PORT");
    api->envname("SIPSTEER_API")->type_name("SOCKET|URL")->default_val(config::Config{}.api.socket);
    app.parse_complete_callback([api, &context] { context.api_given = api->count() > 0; });
    app.add_option("--token-file", context.token_file,
                   "Send the bearer token in this file to the API (default: SIPSTEER_TOKEN)")
        ->type_name("FILE");
    app.add_flag("--token-in-clear", context.token_in_clear,
                 "Send the token to another host over http, too, where the network can read it");
    app.add_option("--ca-file", context.ca_file,
                   "Over https, trust the authorities in this PEM file instead of the system's")
        ->type_name("FILE");
    app.set_version_flag("--version", "sipsteer " SIPSTEER_VERSION);
    app.footer("Exit codes: 0 success; 1 refused, not found, invalid, or output not written. 2 bad "
               "command line or input file; 3 no answer from the daemon; 4 wait timed out.");
}

/// The command that a command was missing of.
const CLI::App &innermost(const CLI::App &app) {
    const auto given = app.get_subcommands();
    return given.empty() ? app : innermost(*given.front());
}

/// Where a command is missing and there is something else in its place, that is what is wrong.
int explain_error(const CLI::App &app, const CLI::ParseError &error) {
    const auto others = app.remaining(true);
    const CLI::App &where = innermost(app);
    if (dynamic_cast<const CLI::RequiredError *>(&error) == nullptr || others.empty() ||
        where.get_require_subcommand_min() == 0) {
        return app.exit(error) == 0 ? kExitOk : kExitUsage;
    }
    std::vector<std::string> known;
    for (const auto *command : where.get_subcommands([](const CLI::App *) { return true; })) {
        known.push_back(command->get_name());
    }
    const std::string &word = others.front();
    const bool is_option = word.front() == '-';
    return fail(kExitUsage, (&where == &app ? "" : where.get_name() + ": ") + "there is no " +
                                (is_option ? "option " : "command ") + '"' + printable(word) + '"' +
                                (is_option ? "" : config::did_you_mean(word, known)) +
                                "\nRun with --help for more information.");
}

/// Who sees 0 may rely on having been told everything.
int finish(int code) {
    errno = 0;
    std::cout.flush();
    if (std::cout.good()) {
        return code;
    }
    const int why = errno; // 0: it was an earlier piece
    const int failed = fail(kExitFailed, std::string("standard output: ") +
                                             (why == 0 ? "cannot write all of the output"
                                                       : std::generic_category().message(why)));
    return code == kExitOk ? failed : code;
}

} // namespace

int run(int argc, char **argv, HostCommands host) {
    Todo todo{std::move(host), {}, {}};
    CLI::App app{"sipsteer: watch and manage sipsteerd, the SIP load balancer.", "sipsteer"};
    app.require_subcommand(1);
    app.fallthrough(); // common options may follow the command
    add_common(app, todo.context);
    add_explain(app, todo);
    add_config(app, todo);
    add_show(app, todo);
    add_change(app, todo);
    add_wait(app, todo);
    add_things(app, todo);
    add_rehome(app, todo);
    add_bans(app, todo);
    add_cluster(app, todo);
    add_log_level(app, todo);
    add_top(app, todo);
    add_events(app, todo);
    add_trace(app, todo);
    add_doctor(app, todo);
    add_help(app, todo);
    add_completion(app, todo);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return finish(explain_error(app, error));
    }
    return finish(todo.run());
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer drain, enable, disable, apply and diff: what changes the daemon's configuration.
#include "cli/commands.hpp"
#include "cli/config_replace.hpp"
#include "cli/fields.hpp"
#include "cli/input_file.hpp"
#include "cli/server_wait.hpp"
#include "cli/thing.hpp"
#include "cli/times.hpp"
#include "cli/words.hpp"
#include "config/choices.hpp"
#include "config/duration.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <ctime>
#include <iostream>
#include <optional>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

struct Admin {
    std::string server;  // POOL/SERVER
    std::string timeout; // of a drain, as in the configuration; empty: none
    bool force = false;
    bool wait = false; // until it is drained
};

/// A time of a server's drain; nothing if it does not drain, or has none.
std::optional<std::int64_t> drain_time(const json &server, const char *name) {
    const json::json_pointer place("/status/drain");
    const json drain = server.contains(place) ? server.at(place) : json();
    const json time = drain.is_object() ? drain.value(name, json()) : json();
    return time.is_number() ? std::optional(time.get<std::int64_t>()) : std::nullopt;
}

/// A drain's time counts from its beginning. That of a server which drains already may be over, and
/// then its calls would move at once, which nobody has asked for.
int check_deadline(const Context &context, const Admin &options, const Thing &thing) {
    const auto timeout = read_time("--timeout", options.timeout);
    if (!timeout) {
        return fail(kExitUsage, timeout.error().message);
    }
    const auto server = ask_about(context, thing, {"GET", path_of(thing)});
    if (!server.ok()) {
        return server.exit_code;
    }
    const auto since = drain_time(server.body, "since_unix");
    if (!since || options.force) {
        return kExitOk;
    }
    const auto deadline =
        *since + std::chrono::duration_cast<std::chrono::seconds>(*timeout).count();
    if (deadline > std::time(nullptr)) {
        return kExitOk;
    }
    return fail(kExitFailed, name_of(thing) + " drains since " + utc_time(*since) +
                                 ", so its deadline passed at " + utc_time(deadline) +
                                 "; give a longer --timeout, or move all calls now with --force");
}

void print_admin(const Context &context, const Thing &thing, const std::string &admin,
                 bool with_deadline) {
    std::cout << name_of(thing) << ": " << admin;
    if (with_deadline) {
        const auto server = ask(context, {"GET", path_of(thing)});
        const auto deadline = drain_time(server.body, "deadline_unix");
        std::cout << (deadline ? ", until " + utc_time(*deadline) + " at most" : "");
    }
    std::cout << std::endl; // before the command waits
}

int set_admin(const Context &context, const Admin &options, const json &patch) {
    const auto [thing, missing] = find_thing(context, Noun::Server, options.server);
    if (missing != kExitOk) {
        return missing;
    }
    if (!options.timeout.empty()) {
        if (const int refused = check_deadline(context, options, thing); refused != kExitOk) {
            return refused;
        }
    }
    const std::string path = path_of(thing);
    const auto answer =
        ask_about(context, thing, {"PATCH", path, patch.dump(), "application/merge-patch+json"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (!context.json()) {
        print_admin(context, thing, patch["admin"].get<std::string>(), !options.timeout.empty());
    } else if (!options.wait) {
        print_json(answer.body);
    }
    return options.wait ? wait_for(context, {thing, WaitState::Drained, {}}) : kExitOk;
}

/// Without a time the drain has none, whatever an earlier one had.
json drain_patch(const Admin &options) {
    const auto timeout = parse_time(options.timeout); // the daemon knows no days
    return {{"admin", config::word(config::Admin::Draining)},
            {"drain_timeout", timeout ? json(config::format_duration(*timeout)) : json()}};
}

/// A dry run only reports what the API refuses to change while it runs.
int check_restart(const json &report) {
    std::string fields;
    for (const auto &field : list_of(report, "restart_needed")) {
        fields += (fields.empty() ? "" : ", ") + text_of(field);
    }
    return fields.empty()
               ? kExitOk
               : fail(kExitFailed,
                      "apply would refuse the file because of " + fields +
                          "; edit the daemon's own configuration file and restart the daemon");
}

struct PutOptions {
    std::string file;
    bool exit_code = false; // tells whether something differs
};

int put_file(const Context &context, const PutOptions &options, bool dry_run) {
    const auto text = read_input(options.file);
    if (!text) {
        return fail(kExitUsage, text.error().message);
    }
    if (text->empty()) {
        return fail(kExitUsage, options.file + ": is empty");
    }
    const auto answer = replace_config(context, {*text, {}, dry_run});
    const int code = answer.ok() && dry_run ? check_restart(answer.body) : answer.exit_code;
    if (!options.exit_code || code == kExitNotReachable) {
        return code;
    }
    if (code != kExitOk) {
        return kExitUsage; // 1 means that something differs, and nothing else
    }
    return answer.body.value("changed", true) ? kExitFailed : kExitOk;
}

CLI::App *add_server_command(CLI::App &app, Admin &options, const std::string &name,
                             const std::string &help) {
    auto *command = app.add_subcommand(name, help);
    command->add_option("server", options.server, "The server")
        ->required()
        ->type_name("POOL/SERVER");
    return command;
}

void add_admin(CLI::App &app, Todo &todo, const std::string &name, const std::string &help,
               config::Admin admin) {
    auto options = std::make_shared<Admin>();
    add_server_command(app, *options, name, help)->callback([options, admin, &todo] {
        todo.run = [options, admin, &todo] {
            return set_admin(todo.context, *options, {{"admin", config::word(admin)}});
        };
    });
}

void add_drain(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<Admin>();
    auto *command = add_server_command(app, *options, "drain",
                                       "Keep the calls of a server and send it no new ones");
    command
        ->add_option("--timeout", options->timeout,
                     "Move the remaining calls this time after the start of the drain: 30s, 10m, "
                     "2h, 1d (default: never)")
        ->type_name("DURATION");
    command->add_flag("--force", options->force,
                      "Accept a deadline in the past, so that all calls move now");
    command->add_flag("--wait", options->wait, "Wait until the server is drained");
    command->callback([options, &todo] {
        todo.run = [options, &todo] {
            return set_admin(todo.context, *options, drain_patch(*options));
        };
    });
}

void add_put(CLI::App &app, Todo &todo, const std::string &name, const std::string &help,
             bool dry_run) {
    auto options = std::make_shared<PutOptions>();
    auto *command = app.add_subcommand(name, help);
    command
        ->add_option("-f,--file", options->file, "Configuration file; - means the standard input")
        ->required()
        ->type_name("FILE");
    command->add_flag("--exit-code", options->exit_code,
                      "Exit with 0 if nothing differs, 1 if something does, 2 at an error");
    command->callback([options, dry_run, &todo] {
        todo.run = [options, dry_run, &todo] { return put_file(todo.context, *options, dry_run); };
    });
}

} // namespace

void add_change(CLI::App &app, Todo &todo) {
    add_drain(app, todo);
    add_admin(app, todo, "enable", "Send new calls to a server again", config::Admin::Enabled);
    add_admin(app, todo, "disable", "Send nothing to a server; move its calls to the others",
              config::Admin::Disabled);
    add_put(app, todo, "apply", "Replace the whole configuration", false);
    add_put(app, todo, "diff", "Print the differences that apply would make", true);
}

} // namespace sipsteer::cli

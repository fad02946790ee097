// SPDX-License-Identifier: Apache-2.0
//
// sipsteer drain, enable, disable, apply and diff: what changes the daemon's configuration.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/input_file.hpp"

#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

struct Admin {
    std::string server;  // POOL/SERVER
    std::string timeout; // of a drain, as in the configuration; empty: none
};

int set_admin(const Context &context, const Admin &options, const std::string &admin) {
    const auto slash = options.server.find('/');
    if (slash == options.server.npos || slash == 0 || slash + 1 == options.server.size()) {
        return fail(kExitUsage, "\"" + options.server + "\" is not POOL/SERVER");
    }
    json patch = {{"admin", admin}};
    if (!options.timeout.empty()) {
        patch["drain_timeout"] = options.timeout;
    }
    const auto answer = ask(context, {"PATCH",
                                      "/v1/pools/" + escape(options.server.substr(0, slash)) +
                                          "/servers/" + escape(options.server.substr(slash + 1)),
                                      patch.dump(), "application/merge-patch+json"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << options.server << ": " << admin << '\n';
    }
    return kExitOk;
}

/// `report`: "changed", "changes": [{"path", "before", "after"} ...] and more.
void print_report(const json &report, bool dry_run) {
    if (!report.value("changed", true)) {
        std::cout << "nothing changes\n";
        return;
    }
    std::cout << (dry_run ? "would change:\n" : "changed:\n") << report.dump(2) << '\n';
}

int put_config(const Context &context, const std::string &file, bool dry_run) {
    const auto text = read_input(file);
    if (!text) {
        return fail(kExitUsage, text.error().message);
    }
    if (text->empty()) {
        return fail(kExitUsage, file + ": is empty");
    }
    const auto answer =
        ask(context, {"PUT", dry_run ? "/v1/config?dry_run=true" : "/v1/config", *text});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        print_report(answer.body, dry_run);
    }
    return kExitOk;
}

void add_admin(CLI::App &app, Todo &todo, const std::string &name, const std::string &help,
               const std::string &admin) {
    auto options = std::make_shared<Admin>();
    auto *command = app.add_subcommand(name, help);
    command->add_option("server", options->server, "The server")
        ->required()
        ->type_name("POOL/SERVER");
    if (admin == "draining") {
        command
            ->add_option("--timeout", options->timeout,
                         "Give its calls to the others after this time: 30s, 10m, 2h")
            ->type_name("DURATION");
    }
    command->callback([options, admin, &todo] {
        todo.run = [options, admin, &todo] { return set_admin(todo.context, *options, admin); };
    });
}

void add_put(CLI::App &app, Todo &todo, const std::string &name, const std::string &help,
             bool dry_run) {
    auto file = std::make_shared<std::string>();
    auto *command = app.add_subcommand(name, help);
    command->add_option("-f,--file", *file, "A configuration; -: stdin")
        ->required()
        ->type_name("FILE");
    command->callback([file, dry_run, &todo] {
        todo.run = [file, dry_run, &todo] { return put_config(todo.context, *file, dry_run); };
    });
}

} // namespace

void add_change(CLI::App &app, Todo &todo) {
    add_admin(app, todo, "drain", "A server keeps its calls and gets no new ones", "draining");
    add_admin(app, todo, "enable", "A server gets new calls", "enabled");
    add_admin(app, todo, "disable", "A server gets nothing; its calls go to the others",
              "disabled");
    add_put(app, todo, "apply", "Puts a whole configuration in force", false);
    add_put(app, todo, "diff", "What apply would change", true);
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer rehome: move calls to other servers.
#include "cli/call_changes.hpp"
#include "cli/commands.hpp"
#include "cli/thing.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

int rehome_server(const Context &context, const std::string &name) {
    const auto found = find_thing(context, Noun::Server, name);
    if (!found.ok()) {
        return found.exit_code;
    }
    const auto answer = ask_about(context, found.thing, {"POST", path_of(found.thing) + "/rehome"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << name_of(found.thing) << ": its calls move to the other servers\n";
    }
    return kExitOk;
}

} // namespace

void add_rehome(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("rehome", "Move the calls of a server, or one call");
    command->require_subcommand(0, 1);
    auto server = std::make_shared<std::string>();
    command->add_option("server", *server, "The server that its calls leave")
        ->type_name("POOL/SERVER");
    auto *inner = command->add_subcommand("call", "Move a call to another server");
    auto call = std::make_shared<CallWanted>();
    auto to = std::make_shared<std::string>();
    add_call_argument(*inner, *call)->required();
    inner->add_option("--to", *to, "The server (default: the scheduler's next candidate)")
        ->type_name("POOL/SERVER");
    inner->callback([call, to, &todo] {
        todo.run = [call, to, &todo] { return rehome_call(todo.context, *call, *to); };
    });
    command->callback([server, command, &todo] {
        if (!command->get_subcommands().empty()) {
            return; // its own callback was first
        }
        if (server->empty()) {
            throw CLI::RequiredError("POOL/SERVER");
        }
        todo.run = [server, &todo] { return rehome_server(todo.context, *server); };
    });
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/call_changes.hpp"

#include "cli/client.hpp"
#include "cli/fields.hpp"
#include "cli/words.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

int delete_call(const Context &context, const CallWanted &wanted) {
    const auto answer = ask(context, {"DELETE", call_target(wanted)});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    for (const auto &call : list_of(answer.body, "removed")) {
        std::cout << printable(wanted.call_id) << ": removed, was " << text_of(call, "state")
                  << " at " << text_of(call, "pool") << '/' << text_of(call, "server") << '\n';
    }
    return kExitOk;
}

int rehome_call(const Context &context, CallWanted wanted, const std::string &to) {
    const auto slash = to.find('/');
    const bool with_pool = slash != to.npos;
    if (with_pool && wanted.pool.empty()) {
        wanted.pool = to.substr(0, slash);
    }
    if (with_pool && wanted.pool != to.substr(0, slash)) {
        return fail(kExitUsage, "--to " + to + " is not in the pool " + wanted.pool);
    }
    const std::string server = with_pool ? to.substr(slash + 1) : to;
    const auto answer =
        ask(context, {"POST", call_target(wanted, "/rehome"),
                      server.empty() ? "" : nlohmann::json{{"server", server}}.dump()});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    const auto moved = answer.body.value("rehomed", nlohmann::json::object());
    const std::string pool = text_of(moved, "pool") + '/';
    std::cout << printable(wanted.call_id) << ": moved from " << pool << text_of(moved, "from")
              << " to " << pool << text_of(moved, "server") << '\n';
    return kExitOk;
}

CLI::Option *add_call_argument(CLI::App &command, CallWanted &call) {
    command.add_option("--pool", call.pool, "Look only in this pool")->type_name("POOL");
    command.add_option("--to-user", call.to_user, "User in To")->type_name("USER");
    command.add_option("--via", call.via, "Sent-by of the topmost Via")->type_name("HOST");
    command.add_option("--source", call.source, "Address of the client")->type_name("ADDRESS");
    return command.add_option("call-id", call.call_id, "The call")->type_name("CALL-ID");
}

} // namespace sipsteer::cli

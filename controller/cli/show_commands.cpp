// SPDX-License-Identifier: Apache-2.0
//
// sipsteer status, get and describe: what the daemon says of itself, changing nothing.
#include "calls/naming/state.hpp"
#include "cli/ban_lists.hpp"
#include "cli/calls_commands.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/since.hpp"
#include "cli/views.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr char kOfCalls[] = "Options of calls"; // a group of options

struct What {
    std::string kind;
    std::string name; // of one only; of a server also POOL/SERVER
};

int show_status(const Context &context) {
    const auto answer = ask(context, {"GET", "/v1/status"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << status_view(answer.body, use_colour());
    }
    return kExitOk;
}

bool has_name(const json &thing, const std::string &name) {
    return name.empty() || thing.value("name", "") == name;
}

json named(const json &list, const std::string &name) {
    json found = json::array();
    for (const auto &thing : list) {
        if (has_name(thing, name)) {
            found.push_back(thing);
        }
    }
    return found;
}

/// The pools of a status with the servers of that name alone, and "pool" in each of them.
json pools_with_servers(const json &pools, const std::string &name) {
    const auto slash = name.find('/');
    const bool with_pool = slash != name.npos;
    json found = json::array();
    for (json pool : pools) {
        if (with_pool && pool["name"] != name.substr(0, slash)) {
            continue;
        }
        pool["servers"] = named(pool["servers"], with_pool ? name.substr(slash + 1) : name);
        for (auto &server : pool["servers"]) {
            server["pool"] = pool["name"];
        }
        if (!pool["servers"].empty()) {
            found.push_back(std::move(pool));
        }
    }
    return found;
}

json servers_of(const json &pools) {
    json servers = json::array();
    for (const auto &pool : pools) {
        for (const auto &server : pool["servers"]) {
            servers.push_back(server);
        }
    }
    return servers;
}

/// What was asked for, as a list.
json pick(const json &status, const What &what) {
    if (what.kind == "servers") {
        return servers_of(pools_with_servers(status["pools"], what.name));
    }
    return named(status[what.kind], what.name);
}

std::string table_of(const json &status, const What &what) {
    if (what.kind == "servers") {
        return servers_view({{"pools", pools_with_servers(status["pools"], what.name)}},
                            use_colour());
    }
    const json picked = {{what.kind, pick(status, what)}};
    return what.kind == "pools" ? pools_view(picked, use_colour())
                                : services_view(picked, use_colour());
}

enum class Form { Table, Fields };

int show(const Context &context, const What &what, Form form) {
    auto answer = ask(context, {"GET", "/v1/status"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (what.kind != "servers" && form == Form::Table && !context.json()) {
        const auto events =
            ask_silently(context, {"GET", "/v1/events?type=pool_up,pool_down&limit=1000"});
        add_since(answer.body, events.ok() ? events.body : json());
    }
    const json picked = pick(answer.body, what);
    if (picked.empty() && !what.name.empty()) {
        return fail(kExitFailed,
                    "there is no such name among the " + what.kind + ": \"" + what.name + '"');
    }
    if (context.json()) {
        print_json(picked);
    } else if (form == Form::Table) {
        std::cout << table_of(answer.body, what);
    } else {
        for (const auto &thing : picked) {
            std::cout << fields_view(thing) << '\n';
        }
    }
    return kExitOk;
}

/// Options that only calls have, and one of them was given for something else. `except` is one that
/// others have, too.
std::string misplaced(const CLI::App &command, const std::string &except = {}) {
    for (const auto *option : command.get_options()) {
        if (option->get_group() == kOfCalls && option->count() != 0 &&
            option->get_name() != except) {
            return option->get_name();
        }
    }
    return {};
}

CLI::Option *add_text(CLI::App &command, const char *name, std::string &value, const char *help,
                      const char *type) {
    return command.add_option(name, value, help)->type_name(type)->group(kOfCalls);
}

void add_list_options(CLI::App &command, CallsWanted &calls) {
    add_text(command, "--pool", calls.pool, "List only calls of this pool", "POOL");
    add_text(command, "--state", calls.state, "List only calls in this state", "STATE")
        ->check(CLI::IsMember(calls::state_names()));
    add_text(command, "--older-than", calls.older_than, "List only calls that began longer ago",
             "DURATION");
    add_text(command, "--idle", calls.idle, "List only calls without a message for longer",
             "DURATION");
    command.add_option("--limit", calls.limit, "List at most N calls, bans or prefixes")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str()
        ->type_name("N")
        ->group(kOfCalls);
    command.add_option("--after", calls.after, "Continue after this place of the table")
        ->type_name("PLACE")
        ->group(kOfCalls);
}

void add_call_options(CLI::App &command, CallWanted &call) {
    add_text(command, "--pool", call.pool, "Look only in this pool", "POOL");
    add_text(command, "--to-user", call.to_user, "User in To", "USER");
    add_text(command, "--via", call.via, "Sent-by of the topmost Via", "HOST");
    add_text(command, "--source", call.source, "Address of the client", "ADDRESS");
}

bool is_of_guard(const What &what) {
    return what.kind == "bans" || what.kind == "guard";
}

/// The command's run, given what it does of calls.
template <typename OfCalls>
void set_run(CLI::App *command, Todo &todo, const std::shared_ptr<What> &what, Form form,
             OfCalls of_calls) {
    command->callback([=, &todo] {
        todo.run = [=, &todo] {
            if (what->kind == "calls" || is_of_guard(*what)) {
                return of_calls(todo.context, what->name);
            }
            const std::string other = misplaced(*command);
            return other.empty() ? show(todo.context, *what, form)
                                 : fail(kExitUsage, other + " works only with calls");
        };
    });
}

/// sipsteer get bans and get guard.
int show_guard(const Context &context, const CLI::App &command, const What &what,
               std::size_t limit) {
    if (const auto other = misplaced(command, "--limit"); !other.empty()) {
        return fail(kExitUsage, other + " works only with calls");
    }
    if (!what.name.empty()) {
        return fail(kExitUsage, "get " + what.kind + ": takes no NAME");
    }
    return what.kind == "bans" ? list_bans(context, limit) : list_guard(context, limit);
}

/// "pools" of "pool"; other words as they are.
std::string plural_of(std::string kind) {
    for (const char *one : {"service", "pool", "server", "call", "ban"}) {
        if (kind == one) {
            return kind + 's';
        }
    }
    return kind;
}

using Kinds = std::vector<std::string>;

CLI::App *add_showing(CLI::App &app, What &what, const std::string &name, const std::string &help,
                      const std::string &help_of_name, const Kinds &kinds) {
    auto *command = app.add_subcommand(name, help);
    command->add_option("kind", what.kind, "Kind of objects to show")
        ->required()
        ->check(CLI::IsMember(kinds))
        ->transform(plural_of)
        ->type_name("KIND");
    command->add_option("name", what.name, help_of_name)->type_name("NAME");
    return command;
}

void add_get(CLI::App &app, Todo &todo) {
    auto what = std::make_shared<What>();
    auto calls = std::make_shared<CallsWanted>();
    auto *command =
        add_showing(app, *what, "get", "List services, pools, servers, calls, bans or the guard",
                    "Show only this one; a server is SERVER or POOL/SERVER. For calls: "
                    "the server that has them",
                    {"services", "pools", "servers", "calls", "bans", "guard"});
    add_list_options(*command, *calls);
    set_run(command, todo, what, Form::Table, [=](const Context &context, const auto &name) {
        if (is_of_guard(*what)) {
            return show_guard(context, *command, *what, calls->limit);
        }
        calls->server = name;
        return list_calls(context, *calls);
    });
}

void add_describe(CLI::App &app, Todo &todo) {
    auto what = std::make_shared<What>();
    auto call = std::make_shared<CallWanted>();
    auto *command = add_showing(
        app, *what, "describe", "Show every field of services, pools, servers or a call",
        "Show only this one; a server is SERVER or POOL/SERVER. For calls: the CALL-ID",
        {"services", "pools", "servers", "calls"});
    add_call_options(*command, *call);
    set_run(command, todo, what, Form::Fields, [call](const Context &context, const auto &name) {
        if (name.empty()) {
            return fail(kExitUsage, "describe calls: CALL-ID is missing");
        }
        call->call_id = name;
        return describe_call(context, *call);
    });
}

} // namespace

void add_show(CLI::App &app, Todo &todo) {
    auto *status = app.add_subcommand(
        "status", "Show the state of interfaces, services, pools, servers and calls");
    status->callback([&todo] { todo.run = [&todo] { return show_status(todo.context); }; });
    add_get(app, todo);
    add_describe(app, todo);
}

} // namespace sipsteer::cli

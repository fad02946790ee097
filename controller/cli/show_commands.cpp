// SPDX-License-Identifier: Apache-2.0
//
// sipsteer status, get and describe: what the daemon says of itself, changing nothing.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/views.hpp"

#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

const std::vector<std::string> kKinds = {"services", "pools", "servers", "calls"};

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

int show_calls(const Context &context, const std::string &server) {
    const std::string query = server.empty() ? "" : "&server=" + escape(server);
    const auto answer = ask(context, {"GET", "/v1/calls?limit=1000" + query});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    std::cout << calls_view(answer.body, use_colour());
    if (answer.body.value("more", false)) {
        std::cerr << "sipsteer: there are more calls than these; the API lists them page by page\n";
    }
    return kExitOk;
}

enum class Form { Table, Fields };

int show(const Context &context, const What &what, Form form) {
    if (what.kind == "calls") {
        return show_calls(context, what.name);
    }
    const auto answer = ask(context, {"GET", "/v1/status"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    const json picked = pick(answer.body, what);
    if (picked.empty() && !what.name.empty()) {
        return fail(kExitFailed,
                    "there is none of that name among the " + what.kind + ": \"" + what.name + '"');
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

void add_showing(CLI::App &app, Todo &todo, const std::string &name, const std::string &help,
                 const std::vector<std::string> &kinds, Form form) {
    auto what = std::make_shared<What>();
    auto *command = app.add_subcommand(name, help);
    command->add_option("kind", what->kind, "What to show")
        ->required()
        ->check(CLI::IsMember(kinds))
        ->type_name("KIND");
    command
        ->add_option("name", what->name,
                     "One of them; a server is SERVER or POOL/SERVER; of calls: a server's name")
        ->type_name("NAME");
    command->callback([what, form, &todo] {
        todo.run = [what, form, &todo] { return show(todo.context, *what, form); };
    });
}

} // namespace

void add_show(CLI::App &app, Todo &todo) {
    auto *status = app.add_subcommand("status", "The state of everything");
    status->callback([&todo] { todo.run = [&todo] { return show_status(todo.context); }; });
    add_showing(app, todo, "get", "A list: services, pools, servers or calls", kKinds, Form::Table);
    add_showing(app, todo, "describe", "All that is known of services, pools or servers",
                {"services", "pools", "servers"}, Form::Fields);
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer cluster: this director's part in its cluster.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/views.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

std::string link_line(const json &cluster, const char *name) {
    const json link = cluster.value(name, json::object());
    const std::string address = text_of(link, "address");
    return fmt::format("{} {}: {}\n", name == std::string("tell") ? "tells" : "hears", address,
                       link.value("connected", false) ? "connected" : text_of(link, "problem"));
}

Cell state_of(const json &director) {
    const auto differs = director.find("differs");
    if (differs != director.end() && differs->is_string()) {
        return {"differs: " + text_of(director, "differs"), Colour::Bad};
    }
    return director.value("here", false) ? Cell{"here", Colour::Good} : Cell{"silent", Colour::Bad};
}

} // namespace

std::string cluster_view(const json &cluster, bool colour) {
    if (!cluster.value("configured", false)) {
        return "no cluster is configured\n";
    }
    std::string text = fmt::format("cluster {}, director {}, shares {}\n", text_of(cluster, "name"),
                                   text_of(cluster, "director"), text_of(cluster, "share")) +
                       link_line(cluster, "tell") + link_line(cluster, "hear") +
                       fmt::format("calls shared {}, waiting {}, lost {}\n",
                                   cluster.value("calls_shared", std::uint64_t{0}),
                                   cluster.value("calls_waiting", std::uint64_t{0}),
                                   cluster.value("lost", std::uint64_t{0}));
    Table table({"DIRECTOR", "STATE", "LAG", "CALLS RECEIVED"});
    for (const auto &director : cluster.value("directors", json::array())) {
        table.add({{text_of(director, "name")},
                   state_of(director),
                   {fmt::format("{:.3f}s", director.value("lag_seconds", 0.0))},
                   {std::to_string(director.value("calls_received", std::uint64_t{0}))}});
    }
    return text + table.print(colour);
}

void add_cluster(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("cluster", "Show the other directors, and what is shared");
    command->callback([&todo] {
        todo.run = [&todo]() -> int {
            const auto answer = ask(todo.context, {"GET", "/v1/cluster"});
            if (!answer.ok()) {
                return answer.exit_code;
            }
            if (todo.context.json()) {
                print_json(answer.body);
            } else {
                std::cout << cluster_view(answer.body, use_colour());
            }
            return kExitOk;
        };
    });
}

} // namespace sipsteer::cli

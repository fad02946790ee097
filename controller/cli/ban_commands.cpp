// SPDX-License-Identifier: Apache-2.0
//
// sipsteer ban and unban: drop the packets of an address, and take them again.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/fields.hpp"
#include "cli/times.hpp"
#include "config/duration.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

struct BanWanted {
    std::string prefix;
    std::string time; // 30s, 10m, 2h or 1d; empty: until it is lifted
    std::string service;
    std::string comment;
};

/// "203.0.113.7 (service trunks)".
std::string ban_words(const json &ban) {
    const auto service = text_of(ban, "service");
    return text_of(ban, "prefix") + (service == "-" ? "" : " (service " + service + ')');
}

int ban(const Context &context, const BanWanted &wanted) {
    json body = {{"prefix", wanted.prefix}};
    if (!wanted.time.empty()) {
        const auto time = read_time("--for", wanted.time);
        if (!time) {
            return fail(kExitUsage, time.error().message);
        }
        body["for"] = config::format_duration(*time);
    }
    if (!wanted.service.empty()) {
        body["service"] = wanted.service;
    }
    if (!wanted.comment.empty()) {
        body["comment"] = wanted.comment;
    }
    const auto answer = ask(context, {"POST", "/v1/bans", body.dump()});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    const auto until = text_of(answer.body, "until");
    std::cout << ban_words(answer.body) << ": banned until "
              << (until == "-" ? "the ban is lifted" : until) << '\n';
    if (text_of(answer.body, "action") == "observe") {
        std::cerr << "sipsteer: the guard observes; the packets are counted, and not dropped\n";
    }
    return kExitOk;
}

int unban(const Context &context, const BanWanted &wanted) {
    const auto answer = ask(context, {"DELETE", "/v1/bans/" + escape(wanted.prefix) +
                                                    query({{"service", wanted.service}})});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << ban_words(answer.body) << ": ban lifted\n";
    }
    return kExitOk;
}

CLI::App *add_banning(CLI::App &app, BanWanted &wanted, const char *name, const char *help) {
    auto *command = app.add_subcommand(name, help);
    command->add_option("address", wanted.prefix, "Address, or a prefix like 203.0.113.0/24")
        ->required()
        ->type_name("ADDRESS");
    command->add_option("--service", wanted.service, "Only for this service (default: for all)")
        ->type_name("SERVICE");
    return command;
}

} // namespace

void add_bans(CLI::App &app, Todo &todo) {
    auto wanted = std::make_shared<BanWanted>();
    auto *banning =
        add_banning(app, *wanted, "ban", "Drop the packets of an address, or renew its ban");
    banning->add_option("--for", wanted->time, "Time until the ban ends (default: never)")
        ->type_name("DURATION");
    banning->add_option("--comment", wanted->comment, "Reason, for the list of bans")
        ->type_name("TEXT");
    banning->callback(
        [wanted, &todo] { todo.run = [wanted, &todo] { return ban(todo.context, *wanted); }; });
    auto lifted = std::make_shared<BanWanted>();
    auto *unbanning = add_banning(app, *lifted, "unban", "Lift the ban of an address");
    unbanning->callback(
        [lifted, &todo] { todo.run = [lifted, &todo] { return unban(todo.context, *lifted); }; });
}

} // namespace sipsteer::cli

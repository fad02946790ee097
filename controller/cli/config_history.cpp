// SPDX-License-Identifier: Apache-2.0
#include "cli/config_history.hpp"

#include "cli/client.hpp"
#include "cli/config_replace.hpp"
#include "cli/fields.hpp"
#include "cli/table.hpp"

#include <iostream>
#include <string>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

const std::string kPath = "/v1/config/history";

std::string history_table(const json &body) {
    Table table({"ID", "TIME", "WHO", "FROM", "REQUEST", "CHANGE"});
    for (const auto &entry : list_of(body, "entries")) {
        const auto change = text_of(entry, "change");
        table.add({{text_of(entry, "id")},
                   {text_of(entry, "time")},
                   {text_of(entry, "who")},
                   {text_of(entry, "from")},
                   {text_of(entry, "request")},
                   {change.empty() ? "-" : change}});
    }
    return table.print(use_colour());
}

/// The one before the newest; nothing, and a message, if there is none.
std::optional<std::string> previous(const Context &context, int &exit_code) {
    const auto answer = ask(context, {"GET", kPath});
    exit_code = answer.exit_code;
    if (!answer.ok()) {
        return std::nullopt;
    }
    const auto entries = list_of(answer.body, "entries");
    if (entries.size() < 2) {
        exit_code = fail(kExitFailed, "the history has no earlier configuration");
        return std::nullopt;
    }
    return text_of(entries[1], "id");
}

} // namespace

int show_history(const Context &context, std::optional<std::uint64_t> id) {
    const auto answer = ask(context, {"GET", id ? kPath + '/' + std::to_string(*id) : kPath});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (id || context.json()) {
        print_json(answer.body);
    } else {
        std::cout << history_table(answer.body);
    }
    return kExitOk;
}

int roll_back(const Context &context, std::optional<std::uint64_t> id, bool dry_run) {
    int exit_code = kExitOk;
    const auto wanted = id ? std::optional(std::to_string(*id)) : previous(context, exit_code);
    if (!wanted) {
        return exit_code;
    }
    const auto past = ask(context, {"GET", kPath + '/' + *wanted});
    if (!past.ok()) {
        return past.exit_code;
    }
    const auto now = ask(context, {"GET", "/v1/config"});
    if (!now.ok()) {
        return now.exit_code;
    }
    return replace_config(context, {past.body.dump(), now.etag, dry_run}).exit_code;
}

} // namespace sipsteer::cli

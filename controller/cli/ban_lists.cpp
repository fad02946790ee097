// SPDX-License-Identifier: Apache-2.0
//
// sipsteer get bans and get guard.
#include "cli/ban_lists.hpp"

#include "cli/client.hpp"
#include "cli/fields.hpp"
#include "cli/table.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kGuardPage = 1000; // the daemon's most

/// Pages of a list until there are as many entries as wanted, or no more.
ApiAnswer gather_pages(const Context &context, const std::string &path, const char *list,
                       std::size_t limit) {
    json entries = json::array();
    std::string after;
    for (;;) {
        const auto size = std::min(kGuardPage, limit - entries.size());
        auto page = ask(context,
                        {"GET", path + query({{"limit", std::to_string(size)}, {"after", after}})});
        if (!page.ok()) {
            return page;
        }
        for (auto &entry : page.body.at(list)) {
            entries.push_back(std::move(entry));
        }
        if (!page.body.value("more", false) || entries.size() >= limit) {
            page.body[list] = std::move(entries);
            return page;
        }
        after = page.body.at("next").get<std::string>();
    }
}

std::string service_words(const json &entry) {
    const auto service = entry.find("service");
    return service == entry.end() || service->is_null() ? "(all)" : text_of(*service);
}

std::string bans_table(const json &body) {
    Table table({"PREFIX", "SERVICE", "ACTION", "UNTIL", "BY", "PACKETS", "COMMENT"});
    for (const auto &ban : list_of(body, "bans")) {
        const auto until = text_of(ban, "until");
        const auto comment = text_of(ban, "comment");
        table.add({{text_of(ban, "prefix")},
                   {service_words(ban)},
                   {text_of(ban, "action")},
                   {until == "-" ? "lifted" : until},
                   {text_of(ban, "by")},
                   {text_of(ban, "packets")},
                   {comment.empty() ? "-" : comment}});
    }
    return table.print(use_colour());
}

std::string guard_table(const json &body) {
    Table table({"PREFIX", "SERVICE", "ACTION", "LIST", "PACKETS"});
    for (const auto &entry : list_of(body, "entries")) {
        const auto list = text_of(entry, "list");
        table.add({{text_of(entry, "prefix")},
                   {service_words(entry)},
                   {text_of(entry, "action")},
                   {list.empty() ? "-" : list},
                   {text_of(entry, "packets")}});
    }
    return table.print(use_colour());
}

template <typename View>
int show_pages(const Context &context, const std::string &path, const char *list, std::size_t limit,
               View view) {
    const auto answer = gather_pages(context, path, list, limit);
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    std::cout << view(answer.body);
    if (answer.body.value("more", false)) {
        std::cerr << "sipsteer: there are " << text_of(answer.body, "total")
                  << " in all; raise --limit\n";
    }
    return kExitOk;
}

} // namespace

int list_bans(const Context &context, std::size_t limit) {
    return show_pages(context, "/v1/bans", "bans", limit, bans_table);
}

int list_guard(const Context &context, std::size_t limit) {
    return show_pages(context, "/v1/guard", "entries", limit, guard_table);
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer get calls and describe calls.
#include "cli/calls_commands.hpp"

#include "base/result.hpp"
#include "cli/client.hpp"
#include "cli/times.hpp"
#include "cli/views.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kPage = 1000; // the daemon's most

/// A time in whole seconds, as the API wants it; nothing if it is none.
std::optional<std::string> seconds_of(const std::string &text) {
    if (text.find_first_not_of("0123456789") == text.npos) {
        return text;
    }
    const auto duration = parse_time(text);
    return duration ? std::optional(std::to_string(
                          std::chrono::duration_cast<std::chrono::seconds>(*duration).count()))
                    : std::nullopt;
}

/// The query's parameters but for paging.
Result<std::string> filter_of(const CallsWanted &wanted) {
    const auto slash = wanted.server.find('/');
    const bool with_pool = slash != wanted.server.npos;
    const std::string pool = with_pool ? wanted.server.substr(0, slash) : wanted.pool;
    if (!wanted.pool.empty() && pool != wanted.pool) {
        return Error{"--pool " + wanted.pool + " has no server of pool " + pool};
    }
    const auto older = seconds_of(wanted.older_than);
    const auto idle = seconds_of(wanted.idle);
    if (!older || !idle) {
        return Error{'"' + (older ? wanted.idle : wanted.older_than) +
                     "\" is not a time; write it like 90, 30s, 10m, 2h or 1d"};
    }
    return query({{"pool", pool},
                  {"server", with_pool ? wanted.server.substr(slash + 1) : wanted.server},
                  {"state", wanted.state},
                  {"older_than", *older},
                  {"idle_longer_than", *idle}});
}

/// Asks for pages until there are as many calls as wanted, or no more: a page may be short, and
/// still not the last.
ApiAnswer gather(const Context &context, const CallsWanted &wanted, const std::string &filter) {
    json calls = json::array();
    std::uint64_t after = wanted.after;
    for (;;) {
        const auto limit = std::min(kPage, wanted.limit - calls.size());
        auto page = ask(context, {"GET", "/v1/calls" + filter + (filter.empty() ? '?' : '&') +
                                             "limit=" + std::to_string(limit) +
                                             "&after=" + std::to_string(after)});
        if (!page.ok()) {
            return page;
        }
        for (auto &call : page.body.at("calls")) {
            calls.push_back(std::move(call));
        }
        if (!page.body.value("more", false) || calls.size() >= wanted.limit) {
            page.body["calls"] = std::move(calls);
            return page;
        }
        after = page.body.at("next").get<std::uint64_t>();
    }
}

} // namespace

int list_calls(const Context &context, const CallsWanted &wanted) {
    const auto filter = filter_of(wanted);
    if (!filter) {
        return fail(kExitUsage, filter.error().message);
    }
    const auto answer = gather(context, wanted, *filter);
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
        return kExitOk;
    }
    std::cout << calls_view(answer.body, use_colour());
    if (answer.body.value("more", false)) {
        std::cerr << "sipsteer: there are more calls; raise --limit, or continue with --after "
                  << answer.body["next"] << '\n';
    }
    return kExitOk;
}

std::string call_target(const CallWanted &wanted, const std::string &below) {
    return "/v1/calls/" + escape(wanted.call_id) + below +
           query({{"pool", wanted.pool},
                  {"to_user", wanted.to_user},
                  {"via", wanted.via},
                  {"source", wanted.source}});
}

int describe_call(const Context &context, const CallWanted &wanted) {
    const auto answer = ask(context, {"GET", call_target(wanted)});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (!answer.body.value("found", false)) {
        return fail(kExitFailed, "no pool has the call \"" + wanted.call_id +
                                     "\"; sipsteer explain says where it would go");
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << fields_view(answer.body);
    }
    return kExitOk;
}

} // namespace sipsteer::cli

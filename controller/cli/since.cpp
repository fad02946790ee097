// SPDX-License-Identifier: Apache-2.0
#include "cli/since.hpp"

#include "cli/fields.hpp"

#include <map>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kToSeconds = sizeof("2026-11-22T07:00:00") - 1;

/// When each pool last changed.
std::map<std::string, std::string> last_changes(const json &events) {
    std::map<std::string, std::string> changes;
    for (const auto &event : list_of(events, "events")) {
        changes[text_of(event, "pool")] = text_of(event, "time").substr(0, kToSeconds) + 'Z';
    }
    return changes;
}

} // namespace

void add_since(json &status, const json &events) {
    const auto changes = last_changes(events);
    const auto add = [&](const char *list, const char *pool) {
        if (list_of(status, list).empty()) {
            return;
        }
        for (auto &thing : status[list]) {
            if (const auto found = changes.find(text_of(thing, pool)); found != changes.end()) {
                thing["since"] = found->second;
            }
        }
    };
    add("pools", "name");
    add("services", "pool");
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/thing_change.hpp"

#include "cli/change_view.hpp"
#include "config/parse.hpp"

#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// The element of that name; null if there is none.
json *find_named(json &list, const std::string &name) {
    for (auto &thing : list) {
        if (thing.is_object() && thing.value("name", json()) == name) {
            return &thing;
        }
    }
    return nullptr;
}

json *find_in(json &config, const Thing &thing) {
    if (thing.noun != Noun::Server) {
        return find_named(config[thing.noun == Noun::Pool ? "pools" : "services"], thing.name);
    }
    json *pool = find_named(config["pools"], thing.pool);
    return pool == nullptr ? nullptr : find_named((*pool)["servers"], thing.name);
}

/// The configuration with the fields set, and their defaults; null if it is not valid.
json patched(json config, const ThingChange &change) {
    json *thing = change.method == "PATCH" ? find_in(config, change.thing) : nullptr;
    if (thing == nullptr) {
        return nullptr;
    }
    thing->merge_patch(change.body);
    const auto parsed = config::parse(config);
    return parsed ? config::to_json(*parsed) : json();
}

/// A configuration of the new thing alone, as a file would have it.
json written(const ThingChange &change) {
    const Thing &thing = change.thing;
    if (thing.noun == Noun::Server) {
        const json pool = {{"name", thing.pool}, {"servers", json::array({change.body})}};
        return {{"pools", json::array({pool})}};
    }
    return {{thing.noun == Noun::Pool ? "pools" : "services", json::array({change.body})}};
}

ApiRequest request_of(const ThingChange &change) {
    const bool adds = change.method == "POST";
    return {change.method,
            (adds ? list_path_of(change.thing) : path_of(change.thing)) +
                (change.dry_run ? "?dry_run=true" : ""),
            change.body.is_null() ? "" : change.body.dump(),
            adds ? "application/json" : "application/merge-patch+json"};
}

} // namespace

int change_thing(const Context &context, const ThingChange &change) {
    json before;
    if (!context.json()) { // the report lacks the old values
        auto config = ask(context, {"GET", "/v1/config"});
        if (!config.ok()) {
            return config.exit_code;
        }
        before = std::move(config.body);
    }
    const auto answer = ask_about(context, change.thing, request_of(change));
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << change_view({answer.body, before, patched(before, change), written(change)},
                                 change.dry_run, use_colour());
    }
    return kExitOk;
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/smallest.hpp"

#include "config/parse.hpp"

#include <iterator>

namespace sipsteer::foreign {

namespace {

using nlohmann::json;

/// What differs, in objects all the way down. A list is a value: its elements are looked at by who
/// knows their defaults.
json difference(const json &value, const json &usual) {
    json rest = json::object();
    for (const auto &[name, field] : value.items()) {
        const json &other = usual.contains(name) ? usual[name] : json();
        if (field == other) {
            continue;
        }
        rest[name] = field.is_object() && other.is_object() ? difference(field, other) : field;
    }
    return rest;
}

void reduce(json &list, const json &usual) {
    for (json &element : list) {
        element = difference(element, usual);
    }
}

/// A configuration of one of each, all with their defaults.
json all_usual() {
    config::Config config;
    config.interfaces.emplace_back();
    config.services.emplace_back();
    config.pools.emplace_back().servers.emplace_back();
    return config::to_json(config);
}

} // namespace

json smallest(const config::Config &config) {
    const json usual = all_usual();
    json document = config::to_json(config);
    for (json &pool : document["pools"]) {
        reduce(pool["servers"], usual["pools"][0]["servers"][0]);
        json servers = pool["servers"];
        pool = difference(pool, usual["pools"][0]);
        pool["servers"] = std::move(servers); // required, also where there are none
    }
    reduce(document["services"], usual["services"][0]);
    reduce(document["interfaces"], usual["interfaces"][0]);
    json result = difference(document, usual);
    result["pools"] = document["pools"];
    result["services"] = document["services"];
    return result;
}

} // namespace sipsteer::foreign

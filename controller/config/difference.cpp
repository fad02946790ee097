// SPDX-License-Identifier: Apache-2.0
#include "config/difference.hpp"

#include "config/parse.hpp"

#include <map>
#include <set>
#include <string>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// Things of one kind by what names them, {"pool": "p", "server": "a"}.
using Named = std::map<json, json>;

/// The names of fields that differ, or that only one of them has; those in `beside` do not count.
json changed_fields(const json &now, const json &next, const std::set<std::string> &beside) {
    std::set<std::string> names;
    for (const auto &[mine, other] : {std::pair(&now, &next), std::pair(&next, &now)}) {
        for (const auto &item : mine->items()) {
            const auto found = other->find(item.key());
            if (beside.count(item.key()) == 0 &&
                (found == other->end() || *found != item.value())) {
                names.insert(item.key());
            }
        }
    }
    return names;
}

json compare(const Named &now, const Named &next, const std::set<std::string> &beside = {}) {
    json result = {
        {"added", json::array()}, {"removed", json::array()}, {"changed", json::array()}};
    for (const auto &[name, thing] : now) {
        if (next.count(name) == 0) {
            result["removed"].push_back(name);
        }
    }
    for (const auto &[name, thing] : next) {
        const auto before = now.find(name);
        if (before == now.end()) {
            result["added"].push_back(name);
            continue;
        }
        auto fields = changed_fields(before->second, thing, beside);
        if (!fields.empty()) {
            json entry = name;
            entry["fields"] = std::move(fields);
            result["changed"].push_back(std::move(entry));
        }
    }
    return result;
}

Named by_name(const json &list, const char *what) {
    Named named;
    for (const auto &thing : list) {
        named[{{what, thing["name"]}}] = thing;
    }
    return named;
}

Named servers_of(const json &pools) {
    Named named;
    for (const auto &pool : pools) {
        for (const auto &server : pool["servers"]) {
            named[{{"pool", pool["name"]}, {"server", server["name"]}}] = server;
        }
    }
    return named;
}

} // namespace

json difference(const Config &now, const Config &next) {
    const json a = to_json(now);
    const json b = to_json(next);
    return {
        {"settings", changed_fields(a, b, {"pools", "services"})},
        {"services", compare(by_name(a["services"], "service"), by_name(b["services"], "service"))},
        {"pools", compare(by_name(a["pools"], "pool"), by_name(b["pools"], "pool"), {"servers"})},
        {"servers", compare(servers_of(a["pools"]), servers_of(b["pools"]))}};
}

bool is_different(const json &difference) {
    bool any = !difference["settings"].empty();
    for (const char *kind : {"services", "pools", "servers"}) {
        for (const auto &list : difference[kind]) {
            any = any || !list.empty();
        }
    }
    return any;
}

} // namespace sipsteer::config

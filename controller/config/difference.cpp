// SPDX-License-Identifier: Apache-2.0
#include "config/difference.hpp"

#include "config/parse.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// Things of one kind by what names them, "p" and "a" of {"pool": "p", "server": "a"}, or one of
/// the two. A farm has thousands of them, and comparing two JSON objects takes a microsecond.
struct Named {
    std::vector<const char *> words; // "pool", "server"
    std::map<std::vector<std::string>, const json *> things;

    json name(const std::vector<std::string> &names) const {
        json name;
        for (std::size_t i = 0; i < words.size(); i++) {
            name[words[i]] = names[i];
        }
        return name;
    }
};

/// The names of fields that differ, or that only one of them has; those in `beside` do not count.
json changed_fields(const json &now, const json &next, const std::set<std::string> &beside) {
    std::set<std::string> names;
    for (const auto &[mine, other] : {std::pair(&now, &next), std::pair(&next, &now)}) {
        for (const auto &item : mine->items()) {
            const auto found = other->find(item.key());
            if ((found == other->end() || *found != item.value()) &&
                beside.count(item.key()) == 0) {
                names.insert(item.key());
            }
        }
    }
    return names;
}

json compare(const Named &now, const Named &next, const std::set<std::string> &beside = {}) {
    json result = {
        {"added", json::array()}, {"removed", json::array()}, {"changed", json::array()}};
    for (const auto &[names, thing] : now.things) {
        if (next.things.count(names) == 0) {
            result["removed"].push_back(now.name(names));
        }
    }
    for (const auto &[names, thing] : next.things) {
        const auto before = now.things.find(names);
        if (before == now.things.end()) {
            result["added"].push_back(next.name(names));
            continue;
        }
        if (*before->second == *thing) {
            continue;
        }
        auto fields = changed_fields(*before->second, *thing, beside);
        if (!fields.empty()) {
            json entry = next.name(names);
            entry["fields"] = std::move(fields);
            result["changed"].push_back(std::move(entry));
        }
    }
    return result;
}

Named by_name(const json &list, const char *what) {
    Named named{{what}, {}};
    for (const auto &thing : list) {
        named.things[{thing["name"]}] = &thing;
    }
    return named;
}

Named servers_of(const json &pools) {
    Named named{{"pool", "server"}, {}};
    for (const auto &pool : pools) {
        for (const auto &server : pool["servers"]) {
            named.things[{pool["name"], server["name"]}] = &server;
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

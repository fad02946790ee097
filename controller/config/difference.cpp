// SPDX-License-Identifier: Apache-2.0
#include "config/difference.hpp"

#include "config/fields.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// Things of one kind by what names them, "p" and "a" of {"pool": "p", "server": "a"}, or one of
/// the two.
struct Named {
    std::vector<const char *> words; // "pool", "server"
    std::map<std::vector<std::string>, json> things;

    json name(const std::vector<std::string> &names) const {
        json name;
        for (std::size_t i = 0; i < words.size(); i++) {
            name[words[i]] = names[i];
        }
        return name;
    }

    /// Adds the things of a list, but for those that stand unchanged at the same place of the
    /// other list: a farm has thousands of servers, and a change is mostly of one.
    template <typename T>
    void add(std::vector<std::string> names, const std::vector<T> &list,
             const std::vector<T> &other) {
        names.emplace_back();
        for (std::size_t i = 0; i < list.size(); i++) {
            if (i >= other.size() || !(list[i] == other[i])) {
                names.back() = list[i].name;
                things[names] = Object{}.write(list[i]);
            }
        }
    }
};

/// The names of fields that differ, or that only one of them has.
json changed_fields(const json &now, const json &next) {
    std::set<std::string> names;
    for (const auto &[mine, other] : {std::pair(&now, &next), std::pair(&next, &now)}) {
        for (const auto &item : mine->items()) {
            const auto found = other->find(item.key());
            if (found == other->end() || *found != item.value()) {
                names.insert(item.key());
            }
        }
    }
    return names;
}

json compare(const Named &now, const Named &next) {
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
        auto fields = changed_fields(before->second, thing);
        if (!fields.empty()) {
            json entry = next.name(names);
            entry["fields"] = std::move(fields);
            result["changed"].push_back(std::move(entry));
        }
    }
    return result;
}

void add_servers(Named &named, const std::vector<Pool> &pools, const std::vector<Pool> &others) {
    for (const auto &pool : pools) {
        const auto other = std::find_if(others.begin(), others.end(),
                                        [&](const Pool &one) { return one.name == pool.name; });
        const bool there = other != others.end();
        named.add({pool.name}, pool.servers, there ? other->servers : std::vector<Server>());
    }
}

template <typename T>
json compare(const char *word, const std::vector<T> &now, const std::vector<T> &next) {
    Named before{{word}, {}};
    Named after{{word}, {}};
    before.add({}, now, next);
    after.add({}, next, now);
    return compare(before, after);
}

json compare_servers(const std::vector<Pool> &now, const std::vector<Pool> &next) {
    Named before{{"pool", "server"}, {}};
    Named after = before;
    add_servers(before, now, next);
    add_servers(after, next, now);
    return compare(before, after);
}

/// All but what has names of its own.
Config settings_of(Config config) {
    config.pools.clear();
    config.services.clear();
    return config;
}

std::vector<Pool> without_servers(std::vector<Pool> pools) {
    for (auto &pool : pools) {
        pool.servers.clear();
    }
    return pools;
}

} // namespace

json difference(const Config &now, const Config &next) {
    return {{"settings", changed_fields(to_json(settings_of(now)), to_json(settings_of(next)))},
            {"services", compare("service", now.services, next.services)},
            {"pools", compare("pool", without_servers(now.pools), without_servers(next.pools))},
            {"servers", compare_servers(now.pools, next.pools)}};
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

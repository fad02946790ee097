// SPDX-License-Identifier: Apache-2.0
#include "config/guard_checks.hpp"

#include "config/cursor.hpp"

#include <map>
#include <utility>

namespace sipsteer::config {

namespace {

using Lists = std::vector<std::pair<const char *, const std::vector<Prefix> *>>;

Lists prefix_lists_of(const Guard &guard) {
    return {{"trusted", &guard.trusted}, {"allow", &guard.allow}, {"deny", &guard.deny}};
}

void check_guard(const Guard &guard, const std::string &path, Errors &errors) {
    std::map<Prefix, std::string> first;
    for (const auto &[name, list] : prefix_lists_of(guard)) {
        const std::string field = field_path(path, name);
        for (std::size_t i = 0; i < list->size() && !errors.full(); i++) {
            const auto [known, is_new] = first.try_emplace((*list)[i], element_path(field, i));
            if (!is_new) {
                errors.add(element_path(field, i),
                           '"' + (*list)[i].to_string() + "\" is already in " + known->second);
            }
        }
    }
}

/// Addresses of the farm's own, and the fields that have them.
std::map<Address, std::string> farm_addresses(const Config &config) {
    std::map<Address, std::string> own;
    for (std::size_t i = 0; i < config.services.size(); i++) {
        own.try_emplace(config.services[i].address, "the VIP of " + element_path("services", i));
    }
    for (std::size_t p = 0; p < config.pools.size(); p++) {
        const std::string list = field_path(element_path("pools", p), "servers");
        for (std::size_t s = 0; s < config.pools[p].servers.size(); s++) {
            own.try_emplace(config.pools[p].servers[s].address,
                            "the address of " + element_path(list, s));
        }
    }
    return own;
}

void warn_of_guard(const Guard &guard, const std::string &path,
                   const std::map<Address, std::string> &own, std::vector<FieldError> &warnings) {
    for (std::size_t i = 0; i < guard.deny.size(); i++) {
        const Prefix &prefix = guard.deny[i];
        const std::string field = element_path(field_path(path, "deny"), i);
        if (prefix.address.is_unspecified() && prefix.to_string().ends_with("/0")) {
            if (guard.allow.empty() && guard.trusted.empty()) {
                warnings.push_back(
                    {field, "denies every client of its family; no list allows any"});
            }
            continue;
        }
        const auto found = own.lower_bound(prefix.address); // the first at or behind its start
        if (found != own.end() && prefix.has(found->first)) {
            warnings.push_back({field, '"' + prefix.to_string() + "\" has " +
                                           found->first.to_string() + ", " + found->second});
        }
    }
}

} // namespace

void check_guards(const Config &config, Errors &errors) {
    check_guard(config.guard, "guard", errors);
    for (std::size_t i = 0; i < config.services.size(); i++) {
        check_guard(config.services[i].guard, field_path(element_path("services", i), "guard"),
                    errors);
    }
}

void warn_of_guards(const Config &config, std::vector<FieldError> &warnings) {
    const auto own = farm_addresses(config);
    warn_of_guard(config.guard, "guard", own, warnings);
    for (std::size_t i = 0; i < config.services.size(); i++) {
        warn_of_guard(config.services[i].guard, field_path(element_path("services", i), "guard"),
                      own, warnings);
    }
}

} // namespace sipsteer::config

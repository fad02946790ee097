// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/guard.hpp"

#include <sipsteer/limits.h>

#include <algorithm>
#include <array>
#include <set>

namespace sipsteer::plan {

namespace {

constexpr unsigned kAddressBits = 128;
constexpr unsigned kSourceBits6 = 64; // of an IPv6 source (sipsteer/guard.h)

/// 0.0.0.0/0.
Prefix all_ipv4() {
    return Prefix{Address::from_ipv4({}), 96};
}

const config::Prefixes &prefixes_of(const config::DenyLists &files, const std::string &path) {
    static const config::Prefixes none;
    const auto found = files.find(path);
    return found == files.end() ? none : *found->second;
}

/// The rules of one scope behind those that are there. Each piece is sorted and merged with what
/// came before it, which stays first where both have a prefix.
class Merger {
public:
    Merger(std::vector<GuardRule> &rules, std::uint32_t scope)
        : rules_(rules), scope_(scope), first_(static_cast<std::ptrdiff_t>(rules.size())) {}

    void add(config::Prefixes prefixes, std::uint32_t action, GuardList list) {
        std::sort(prefixes.begin(), prefixes.end());
        add_sorted(prefixes, action, list);
    }

    void add_sorted(const config::Prefixes &prefixes, std::uint32_t action, GuardList list) {
        const auto middle = static_cast<std::ptrdiff_t>(rules_.size());
        rules_.reserve(rules_.size() + prefixes.size());
        for (const auto &prefix : prefixes) {
            rules_.push_back({{scope_, prefix}, static_cast<std::uint8_t>(action), list});
        }
        if (middle != first_) {
            std::inplace_merge(rules_.begin() + first_, rules_.begin() + middle, rules_.end(),
                               [](const auto &a, const auto &b) { return a.place < b.place; });
        }
    }

    void keep_ipv4_out() {
        const bool any = std::any_of(rules_.begin() + first_, rules_.end(), [](const auto &rule) {
            return rule.place.prefix.bits < all_ipv4().bits &&
                   rule.place.prefix.has(all_ipv4().address);
        });
        if (any) {
            add_sorted({all_ipv4()}, SS_GUARD_ALLOW, GuardList::OtherFamily);
        }
    }

    /// Leaves the first rule of each place.
    void finish() {
        const auto same = [](const auto &a, const auto &b) { return a.place == b.place; };
        rules_.erase(std::unique(rules_.begin() + first_, rules_.end(), same), rules_.end());
    }

private:
    std::vector<GuardRule> &rules_;
    std::uint32_t scope_;
    std::ptrdiff_t first_;
};

void add_scope(const GuardScope &scope, const config::DenyLists &files,
               std::vector<GuardRule> &rules) {
    const auto &guard = scope.guard;
    const std::uint32_t deny = guard.observe ? SS_GUARD_OBSERVE : SS_GUARD_DENY;
    Merger merger(rules, scope.scope);
    merger.add(scope.own, SS_GUARD_OWN, GuardList::Own);
    merger.add(guard.trusted, SS_GUARD_TRUST, GuardList::Trusted);
    merger.add(guard.allow, SS_GUARD_ALLOW, GuardList::Allow);
    merger.add(guard.deny, deny, GuardList::Deny);
    for (const auto &path : guard.deny_files) {
        merger.add_sorted(prefixes_of(files, path), deny, GuardList::DenyFile);
    }
    merger.keep_ipv4_out();
    merger.finish();
}

} // namespace

const char *guard_list_word(GuardList list) {
    constexpr std::array words{"ban", "own", "trusted", "allow", "deny", "deny_files", ""};
    return words.at(static_cast<std::size_t>(list));
}

const char *guard_action_word(std::uint32_t action) {
    switch (action) {
#define SIPSTEER_ACTION_WORD(number, constant, name, word)                                         \
    case number:                                                                                   \
        return word;
        SS_GUARD_ACTION_LIST(SIPSTEER_ACTION_WORD)
#undef SIPSTEER_ACTION_WORD
    case SS_GUARD_OWN:
        return "own";
    default:
        return "unknown";
    }
}

ss_guard_key guard_key(const GuardPlace &place) {
    ss_guard_key key{};
    key.bits = SS_GUARD_SCOPE_BITS + place.prefix.bits;
    key.scope = place.scope;
    std::copy(place.prefix.address.bytes().begin(), place.prefix.address.bytes().end(),
              std::begin(key.address));
    return key;
}

GuardPlace guard_place(const ss_guard_key &key) {
    return {key.scope,
            {Address::from_bytes(std::to_array(key.address)), key.bits - SS_GUARD_SCOPE_BITS}};
}

ss_guard_source guard_source(std::uint16_t service, const Address &source) {
    const Prefix whole{source, kAddressBits};
    const auto named = whole.is_ipv4() ? whole : Prefix{source, kSourceBits6}.masked();
    ss_guard_source name{};
    std::copy(named.address.bytes().begin(), named.address.bytes().end(), std::begin(name.address));
    name.service = service;
    name.of = SS_GUARD_LIMIT_KNOWN;
    return name;
}

Prefix source_prefix(const ss_guard_source &name) {
    const auto address = Address::from_bytes(std::to_array(name.address));
    return {address, address.is_ipv4() ? kAddressBits : kSourceBits6};
}

std::vector<Prefix> own_prefixes(const config::Config &config,
                                 const std::vector<Address> &addresses) {
    std::set<Address> others;
    for (const auto &service : config.services) {
        others.insert(service.address);
    }
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            others.insert(server.address);
        }
    }
    std::vector<Prefix> own;
    for (const auto &address : addresses) {
        if (others.count(address) == 0 && !address.is_loopback()) {
            own.push_back({address, kAddressBits});
        }
    }
    return own;
}

Result<std::vector<GuardRule>> make_guard(const std::vector<GuardScope> &scopes,
                                          const config::DenyLists &files) {
    std::vector<GuardScope> sorted = scopes;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto &a, const auto &b) { return a.scope < b.scope; });
    std::vector<GuardRule> rules;
    for (const auto &scope : sorted) {
        add_scope(scope, files, rules);
    }
    if (rules.size() > kMostPrefixes) {
        return Error{"guard: " + std::to_string(rules.size()) + " prefixes in all; at most " +
                     std::to_string(kMostPrefixes) + " are supported"};
    }
    return rules;
}

const GuardRule *find_rule(const std::vector<GuardRule> &rules, const GuardPlace &place) {
    const auto found =
        std::lower_bound(rules.begin(), rules.end(), place,
                         [](const auto &rule, const auto &wanted) { return rule.place < wanted; });
    return found == rules.end() || found->place != place ? nullptr : &*found;
}

const GuardRule *longest_rule(const std::vector<GuardRule> &rules, std::uint32_t scope,
                              const Address &address) {
    for (unsigned bits = kAddressBits + 1; bits-- > 0;) {
        const GuardPlace place{scope, Prefix{address, bits}.masked()};
        if (const auto *rule = find_rule(rules, place)) {
            return rule;
        }
    }
    return nullptr;
}

std::uint32_t both_lists(std::uint32_t of_all, std::uint32_t of_service) {
    const bool service_decides =
        of_service == SS_GUARD_DENY || (of_service != SS_GUARD_ALLOW && of_all != SS_GUARD_OBSERVE);
    const bool all_decides = of_all == SS_GUARD_DENY || of_all == SS_GUARD_OWN;
    return !all_decides && service_decides ? of_service : of_all;
}

} // namespace sipsteer::plan

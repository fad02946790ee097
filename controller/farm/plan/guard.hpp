// SPDX-License-Identifier: Apache-2.0
//
// What the guard's trie should hold (sipsteer/guard.h): the lists of the configuration and of its
// deny files. Bans come on top of it (bans.hpp). Pure.
#pragma once

#include "base/prefix.hpp"
#include "base/result.hpp"
#include "config/deny_file.hpp"
#include "config/model.hpp"

#include <sipsteer/guard.h>
#include <sipsteer/limits.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::plan {

/// The list that an entry is from. Of one prefix in several, the first of these counts.
enum class GuardList : std::uint8_t { Ban, Own, Trusted, Allow, Deny, DenyFile, OtherFamily };

/// "ban", "own", "trusted", "allow", "deny", "deny_files"; "" for OtherFamily.
const char *guard_list_word(GuardList list);

/// "allow", "deny", "observe", "trust": of enum ss_guard_action; "own": of SS_GUARD_OWN.
const char *guard_action_word(std::uint32_t action);

/// A prefix of a list. Ordered by scope, address and length.
struct GuardPlace {
    std::uint32_t scope = SS_GUARD_ALL; // index of the service
    Prefix prefix;

    auto operator<=>(const GuardPlace &) const = default;
};

ss_guard_key guard_key(const GuardPlace &place);
GuardPlace guard_place(const ss_guard_key &key);

/// The name of an address among those of known sources (ss_guard_name() of
/// bpf/guard/guard_limits.h).
ss_guard_source guard_source(std::uint16_t service, const Address &source);

/// What such a name, of any kind but a network's, stands for.
Prefix source_prefix(const ss_guard_source &name);

struct GuardRule {
    GuardPlace place;
    std::uint8_t action = SS_GUARD_ALLOW; // enum ss_guard_action
    GuardList list = GuardList::OtherFamily;

    bool operator==(const GuardRule &) const = default;
};

/// The guard of a scope, as configured.
struct GuardScope {
    std::uint32_t scope = SS_GUARD_ALL;
    config::Guard guard;
    std::vector<Prefix> own{}; // this host's addresses and broadcasts: nobody else sends from them

    bool operator==(const GuardScope &) const = default;
};

/// Room for bans is left beside the configured prefixes.
inline constexpr std::size_t kMostBans = 100'000;
inline constexpr std::size_t kMostPrefixes = SS_MAX_GUARD - kMostBans;

/// This host's addresses and broadcast addresses as prefixes, less those that others may send from:
/// VIPs and servers.
std::vector<Prefix> own_prefixes(const config::Config &config,
                                 const std::vector<Address> &addresses);

/// The rules of all scopes in their order, each place once. A prefix of IPv6 that has the
/// IPv4-mapped addresses (::/0) would be one of IPv4, too: a rule for 0.0.0.0/0 keeps IPv4 out of
/// it. `files` has all that the guards name. Fails if there are more than the trie holds.
Result<std::vector<GuardRule>> make_guard(const std::vector<GuardScope> &scopes,
                                          const config::DenyLists &files);

/// The rule of `rules` at exactly this place.
const GuardRule *find_rule(const std::vector<GuardRule> &rules, const GuardPlace &place);

/// The rule that decides on an address in a scope: the longest prefix that has it. Null: none has.
const GuardRule *longest_rule(const std::vector<GuardRule> &rules, std::uint32_t scope,
                              const Address &address);

/// Both lists together, as the data plane does it: what is done with a packet whose source the list
/// for all and that of its service say this of.
std::uint32_t both_lists(std::uint32_t of_all, std::uint32_t of_service);

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
//
// The fields of a guard (fields.hpp has those of all else).
#pragma once

#include "config/guard_rules.hpp"
#include "config/model.hpp"
#include "config/object.hpp"
#include "config/rules.hpp"

namespace sipsteer::config {

template <>
inline constexpr const char *kDefinition<Guard> = "Guard";
template <>
inline constexpr const char *kDefinition<ServiceGuard> = "ServiceGuard";
template <>
inline constexpr const char *kDefinition<MalformedLimit> = "MalformedLimit";

inline constexpr std::size_t kMostPrefixes = 4096; // of a list; longer ones are files
inline constexpr std::size_t kMostDenyFiles = 16;

template <typename V>
void describe(V &v, typename V::template Of<Guard> &guard) {
    v.optional("observe", guard.observe, Flag{}, "count denied packets, and steer them");
    v.optional("trusted", guard.trusted, PrefixList{kMostPrefixes},
               "prefixes to take, beyond all limits");
    v.optional("allow", guard.allow, PrefixList{kMostPrefixes}, "prefixes to take");
    v.optional("deny", guard.deny, PrefixList{kMostPrefixes}, "prefixes to drop");
    v.optional("deny_files", guard.deny_files, PathList{kMostDenyFiles},
               "files of prefixes to drop, one a line");
}

template <typename V>
void describe(V &v, typename V::template Of<MalformedLimit> &limit) {
    using namespace std::chrono_literals;
    v.optional("per_minute", limit.per_minute, Whole{0, 1'000'000}, "datagrams; 0: no limit");
    v.optional("for", limit.time, Duration{1min, 168h}, "time of the ban");
}

template <typename V>
void describe(V &v, typename V::template Of<ServiceGuard> &guard) {
    describe(v, static_cast<typename V::template Of<Guard> &>(guard));
    v.optional("methods", guard.methods, MethodSources{},
               "from whom to take requests that begin something, by method");
    v.optional("stealth", guard.stealth, Flag{},
               "take INVITE, OPTIONS and REGISTER from known sources only");
    v.optional("user_agents", guard.user_agents, AgentList{},
               "beginnings of User-Agent whose new calls to drop");
    v.optional("malformed_limit", guard.malformed_limit, Object{},
               "limit on datagrams of one address that are no message; beyond it a ban");
}

} // namespace sipsteer::config

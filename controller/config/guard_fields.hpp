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

} // namespace sipsteer::config

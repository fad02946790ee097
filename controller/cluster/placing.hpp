// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/clock.hpp"
#include "cluster/ledger.hpp"
#include "cluster/shared_call.hpp"
#include "farm/world.hpp"

#include <array>
#include <cstdint>

namespace sipsteer::cluster {

/// What was done with another director's account of a call. One list: name in C++, word for metrics
/// and API.
#define SIPSTEER_OUTCOMES(X)                                                                       \
    X(Entered, "entered")      /* the call was not in the table */                                 \
    X(Changed, "changed")      /* it has another state, server or time now */                      \
    X(Old, "old")              /* what is known here is newer, or the same */                      \
    X(Over, "over")            /* the call has ended, or its lifetime */                           \
    X(NoRoom, "no_room")       /* both buckets are full of other calls */                          \
    X(NoServer, "no_server")   /* the configuration here has no such server */                     \
    X(PoolIndex, "pool_index") /* the pool has another index here: the key is at another place */  \
    X(Resizing, "resizing")    /* the table is being resized */                                    \
    X(Ahead, "ahead")          /* its order is of a time that has not come */

enum class Outcome {
#define SIPSTEER_OUTCOME(name, word) name,
    SIPSTEER_OUTCOMES(SIPSTEER_OUTCOME)
#undef SIPSTEER_OUTCOME
        Count
};

using OutcomeCounts = std::array<std::uint64_t, static_cast<std::size_t>(Outcome::Count)>;

/// By Outcome.
inline constexpr std::array<const char *, static_cast<std::size_t>(Outcome::Count)> kOutcomeWords{
#define SIPSTEER_OUTCOME(name, word) word,
    SIPSTEER_OUTCOMES(SIPSTEER_OUTCOME)
#undef SIPSTEER_OUTCOME
};

/// Puts another director's account of a call in force, by compare-and-swap against the data plane,
/// and counts it for its server. The account is of a table of this size and of this secret.
Outcome place_call(const farm::World &world, Ledger &ledger, const Moment &now,
                   const SharedCall &call);

} // namespace sipsteer::cluster

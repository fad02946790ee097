// SPDX-License-Identifier: Apache-2.0
//
// Which of two accounts of a call stands. Pure. Every director that has both comes to the same one,
// in whatever order they reach it.
#pragma once

#include <sipsteer/call.h>

#include <cstdint>

namespace sipsteer::cluster {

/// What is known here of a call.
struct Here {
    __u64 entry = 0;         // in the table; 0: none
    std::uint64_t order = 0; // of the last account that was told or heard; 0: of none
    __u64 agreed = 0;        // the entry by that account
    bool wins_tie = false;   // of two accounts of one order, ours
};

/// What another director says, with our index of the server and our time.
struct There {
    __u64 entry = 0;
    std::uint64_t order = 0;
    bool expired = false;
};

enum class Verdict {
    Enter,  // a call that is not in the table
    Change, // it has another state, server or time
    Old,    // what is known here is newer, or the same
    Over,   // the call has ended, or its lifetime
};

struct Merged {
    Verdict verdict = Verdict::Old;
    __u64 entry = 0; // to enter, or to change to
};

Merged merge(const Here &here, const There &there, std::uint32_t now);

/// The parts of an entry but its time are the same.
inline bool same_but_time(__u64 one, __u64 other) {
    return one >> SS_CALL_SEEN_BITS == other >> SS_CALL_SEEN_BITS;
}

} // namespace sipsteer::cluster

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/lifetimes.hpp"
#include "calls/naming/state.hpp"
#include "calls/table.hpp"

#include <cstdint>

namespace sipsteer::calls {

/// One entry of the call table, decoded.
struct CallView {
    std::uint32_t tag = 0;
    std::uint32_t state = SS_CALL_EMPTY; // enum ss_call_state
    std::uint16_t server = 0;            // index
    std::uint32_t idle_ticks = 0;        // since its last message
    std::uint32_t age_ticks = 0;         // since it came; SS_LONG_AGO: that or more, or not known
    std::uint32_t lifetime_ticks = 0;    // it is kept when idle no longer than this
    std::uint64_t bucket = 0;
    unsigned slot = 0; // in the bucket
};

/// `entry` as it was read once from its place in the table.
CallView decode(const Segment &calls, __u64 entry, std::uint64_t bucket, unsigned slot,
                std::uint32_t now, const Lifetimes &lifetimes);

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sipsteer/call.h>

#include <cstdint>

namespace sipsteer::calls {

/// An entry and where it is, or was, in a table.
struct Placed {
    __u64 entry = 0;
    std::uint32_t bucket = 0;
    std::uint32_t buckets = 0; // of the table

    /// Whether it can be the call of a position (ss_call_position()): it has that one's tag and is
    /// in one of its two buckets.
    bool can_be(std::uint64_t position) const {
        const std::uint32_t tag = ss_call_position_tag(position);
        const std::uint32_t first = ss_call_first_bucket(position, buckets);
        return ss_call_tag(entry) == tag &&
               (bucket == first || bucket == ss_call_other_bucket(first, tag, buckets));
    }
};

} // namespace sipsteer::calls

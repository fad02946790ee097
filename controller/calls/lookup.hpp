// SPDX-License-Identifier: Apache-2.0
//
// One call of the table by its position (ss_call_position() in sipsteer/call.h): found as the data
// plane finds it (bpf/calls/call_table.h), and changed against it by compare-and-swap.
#pragma once

#include "calls/load.hpp"
#include "calls/table.hpp"

#include <cstdint>
#include <optional>

namespace sipsteer::calls {

struct Found {
    __u64 entry = 0; // as it was read
    std::uint32_t bucket = 0;
    unsigned slot = 0;
};

/// The first entry of the position's tag in its two buckets; expired or not.
std::optional<Found> find_call(Table table, std::uint64_t position);

/// Takes a call out of the table and counts it down. What the entry was; nothing if there is none
/// (any more).
std::optional<__u64> remove_call(Table table, Loads loads, std::uint64_t position);

/// Gives a call another server and counts that, if it still is at `from`. Its state and the times
/// of its messages stay. True if it was done.
bool rehome_call(Table table, Loads loads, std::uint64_t position, std::uint16_t from,
                 std::uint16_t to);

/// The entry with another server.
inline __u64 at_server(__u64 entry, std::uint16_t server) {
    return ss_call_make(ss_call_tag(entry), ss_call_state(entry), server, ss_call_seen(entry));
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
//
// The call table as the controller sees it: the data plane's array map, mapped into memory. Other
// CPUs change it at any time, so an entry is only ever read whole, once, and changed by
// compare-and-swap.
#pragma once

#include <sipsteer/call.h>

#include <atomic>
#include <cstddef>
#include <span>

namespace sipsteer::calls {

using Table = std::span<ss_bucket>;
using Births = std::span<ss_births>; // by bucket, as many as the table has; none: not known

/// A table with what is beside it. While a table is being resized there are two: the present one,
/// and the one before, which calls leave.
struct Segment {
    Table table;
    Births births;
};

inline __u64 load_entry(__u64 &entry) {
    return std::atomic_ref<__u64>(entry).load(std::memory_order_relaxed);
}

/// Ticks since a call came, at most SS_LONG_AGO; as that is written down before the ticks come
/// round, this must see each call in less than four hours.
inline std::uint32_t birth_age(__u16 &birth, std::uint32_t now) {
    const std::atomic_ref<__u16> tick(birth);
    __u16 seen = tick.load(std::memory_order_relaxed);
    const std::uint32_t age = ss_birth_age(seen, now);
    if (age == SS_LONG_AGO && seen != 0) {
        // Not if another call has just come to this place.
        (void)tick.compare_exchange_strong(seen, 0, std::memory_order_relaxed);
    }
    return age;
}

/// The same of a place in a table; SS_LONG_AGO where births are not known.
inline std::uint32_t age_at(const Segment &calls, std::size_t bucket, unsigned slot,
                            std::uint32_t now) {
    return bucket < calls.births.size() ? birth_age(calls.births[bucket].tick[slot], now)
                                        : SS_LONG_AGO;
}

/// Puts `value` in the entry's place if it still is `seen`. If not, it stays, and `seen` is what it
/// is now.
inline bool swap_entry(__u64 &entry, __u64 &seen, __u64 value) {
    return std::atomic_ref<__u64>(entry).compare_exchange_strong(seen, value,
                                                                 std::memory_order_relaxed);
}

/// Empties the entry, likewise.
inline bool remove_entry(__u64 &entry, __u64 &seen) {
    return swap_entry(entry, seen, 0);
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/rehoming.hpp"

#include "calls/lookup.hpp"

#include <algorithm>

namespace sipsteer::calls {

bool Rehoming::slice(std::span<const Segment> tables, Loads loads, const SliceSize &most,
                     std::uint32_t now, const Lifetimes &lifetimes, const Targets &targets) {
    const std::uint64_t stop = next_ + most.buckets;
    std::size_t told = 0;
    std::uint64_t first = 0; // bucket of the table at hand
    for (const Segment &calls : tables) {
        const std::uint64_t end = first + calls.table.size();
        for (; next_ < std::min(end, stop) && told < most.told; ++next_) {
            told += move_bucket(calls.table, next_ - first, loads, now, lifetimes, targets);
        }
        first = end;
    }
    return next_ >= first && end_pass();
}

/// Of how many calls somebody was told.
std::size_t Rehoming::move_bucket(Table table, std::uint64_t number, Loads loads, std::uint32_t now,
                                  const Lifetimes &lifetimes, const Targets &targets) {
    std::size_t told = 0;
    const auto is_ours = [&](__u64 entry) {
        return entry != 0 && ss_call_server(entry) == from_ &&
               ss_call_is_live(ss_call_state(entry)) && !lifetimes.expired(entry, now);
    };
    for (__u64 &entry : table[number].entry) {
        __u64 seen = load_entry(entry);
        if (!is_ours(seen)) {
            continue;
        }
        const std::uint16_t to = targets.next_server();
        // A swap that fails has met a change by the data plane: judge the entry it left.
        while (is_ours(seen)) {
            const __u64 before = seen;
            const __u64 after = at_server(before, to);
            if (swap_entry(entry, seen, after)) {
                count_swap(loads, before, after);
                ++moved_;
                const Placed call{before, static_cast<std::uint32_t>(number),
                                  static_cast<std::uint32_t>(table.size())};
                told += targets.tell && targets.tell(call, to) ? 1 : 0;
                break;
            }
        }
    }
    return told;
}

bool Rehoming::end_pass() {
    const bool found_none = moved_ == moved_before_;
    if (found_none || pass_ == kPasses) {
        return true;
    }
    ++pass_;
    next_ = 0;
    moved_before_ = moved_;
    return false;
}

} // namespace sipsteer::calls

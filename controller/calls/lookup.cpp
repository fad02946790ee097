// SPDX-License-Identifier: Apache-2.0
#include "calls/lookup.hpp"

namespace sipsteer::calls {

namespace {

/// Each time a swap fails the data plane has changed the call. It cannot do that so often in a row
/// that this many tries are not enough, but a loop has an end.
constexpr int kTries = 100;

std::optional<Found> find_in(Table table, std::uint32_t bucket, std::uint32_t tag) {
    for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
        const __u64 entry = load_entry(table[bucket].entry[slot]);
        if (entry != 0 && ss_call_tag(entry) == tag) {
            return Found{entry, bucket, slot};
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Found> find_call(Table table, std::uint64_t position) {
    if (table.empty()) {
        return std::nullopt;
    }
    const auto buckets = static_cast<std::uint32_t>(table.size());
    const std::uint32_t tag = ss_call_position_tag(position);
    const std::uint32_t first = ss_call_first_bucket(position, buckets);
    if (const auto found = find_in(table, first, tag)) {
        return found;
    }
    return find_in(table, ss_call_other_bucket(first, tag, buckets), tag);
}

std::optional<__u64> remove_call(Table table, Loads loads, std::uint64_t position) {
    for (int i = 0; i < kTries; ++i) {
        auto found = find_call(table, position);
        if (!found) {
            return std::nullopt;
        }
        if (remove_entry(table[found->bucket].entry[found->slot], found->entry)) {
            count_swap(loads, found->entry, 0);
            return found->entry;
        }
    }
    return std::nullopt;
}

bool rehome_call(Table table, Loads loads, std::uint64_t position, std::uint16_t from,
                 std::uint16_t to) {
    for (int i = 0; i < kTries; ++i) {
        auto found = find_call(table, position);
        if (!found || ss_call_server(found->entry) != from) {
            return false;
        }
        const __u64 before = found->entry;
        const __u64 after = at_server(before, to);
        if (swap_entry(table[found->bucket].entry[found->slot], found->entry, after)) {
            count_swap(loads, before, after);
            return true;
        }
    }
    return false;
}

} // namespace sipsteer::calls

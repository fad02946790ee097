// SPDX-License-Identifier: Apache-2.0
#include "calls/list.hpp"

namespace sipsteer::calls {

CallPage list_calls(Table table, std::uint64_t from, std::size_t limit, std::uint32_t now,
                    const Lifetimes &lifetimes, const CallFilter &filter) {
    CallPage page;
    const std::uint64_t end = std::uint64_t{table.size()} * SS_BUCKET_ENTRIES;
    for (std::uint64_t place = from; place < end; ++place) {
        const std::uint64_t bucket = place / SS_BUCKET_ENTRIES;
        const auto slot = static_cast<unsigned>(place % SS_BUCKET_ENTRIES);
        const __u64 entry = load_entry(table[bucket].entry[slot]);
        if (entry == 0 || lifetimes.expired(entry, now)) {
            continue;
        }
        const CallView call = decode(entry, bucket, slot, now, lifetimes);
        if (filter && !filter(call)) {
            continue;
        }
        if (page.calls.size() == limit) {
            page.next = place;
            break;
        }
        page.calls.push_back(call);
    }
    return page;
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/list.hpp"

#include <algorithm>

namespace sipsteer::calls {

namespace {

class Lister {
public:
    Lister(const PageSize &size, std::uint32_t now, const Lifetimes &lifetimes,
           const CallFilter &filter)
        : size_(size), now_(now), lifetimes_(lifetimes), filter_(filter) {}

    /// Looks at a place of a table; false if the page has to end before it.
    bool look(const Segment &calls, std::uint64_t place) {
        const std::uint64_t bucket = place / SS_BUCKET_ENTRIES;
        const auto slot = static_cast<unsigned>(place % SS_BUCKET_ENTRIES);
        const __u64 entry = load_entry(calls.table[bucket].entry[slot]);
        if (entry == 0) {
            return true;
        }
        if (entries_++ == size_.entries) {
            return false;
        }
        if (lifetimes_.expired(entry, now_)) {
            return true;
        }
        const CallView call = decode(calls, entry, bucket, slot, now_, lifetimes_);
        if (filter_ && !filter_(call)) {
            return true;
        }
        if (page_.calls.size() == size_.calls) {
            return false;
        }
        page_.calls.push_back(call);
        return true;
    }

    CallPage end(std::optional<std::uint64_t> next) {
        page_.next = next;
        return std::move(page_);
    }

private:
    const PageSize &size_;
    std::uint32_t now_;
    const Lifetimes &lifetimes_;
    const CallFilter &filter_;
    std::size_t entries_ = 0; // looked at
    CallPage page_;
};

} // namespace

CallPage list_calls(std::span<const Segment> tables, std::uint64_t from, const PageSize &size,
                    std::uint32_t now, const Lifetimes &lifetimes, const CallFilter &filter) {
    Lister lister(size, now, lifetimes, filter);
    const std::uint64_t stop = from + std::uint64_t{size.buckets} * SS_BUCKET_ENTRIES;
    std::uint64_t first = 0; // place of the table at hand
    std::uint64_t place = from;
    for (const Segment &calls : tables) {
        const std::uint64_t end = first + std::uint64_t{calls.table.size()} * SS_BUCKET_ENTRIES;
        for (; place < std::min(end, stop); ++place) {
            if (!lister.look(calls, place - first)) {
                return lister.end(place);
            }
        }
        first = end;
    }
    return lister.end(place < first ? std::optional(place) : std::nullopt);
}

} // namespace sipsteer::calls

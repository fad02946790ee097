// SPDX-License-Identifier: Apache-2.0
#include "calls/list.hpp"

#include <algorithm>

namespace sipsteer::calls {

namespace {

constexpr unsigned kPlaceBits = 29;
constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
static_assert(SS_MAX_CALLS / 7 * 8 < kPlaceMask); // a table has an eighth of its entries spare

std::uint64_t places_of(const Segment &calls) {
    return std::uint64_t{calls.table.size()} * SS_BUCKET_ENTRIES;
}

/// What `next` has for a place of a table.
std::uint64_t pack(const Segment &calls, std::uint64_t place) {
    return std::uint64_t{calls.table.size()} << kPlaceBits | place;
}

/// Where a listing is: in a table, at a place.
struct Position {
    std::size_t table;
    std::uint64_t place;
};

/// `tables`: the present one first. Two in use at one time differ in size. If none has it, its
/// calls are in those there are.
Position unpack(std::span<const Segment> tables, std::uint64_t from) {
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].table.size() == from >> kPlaceBits) {
            return {i, from & kPlaceMask};
        }
    }
    return {tables.size() - 1, 0};
}

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
    std::uint64_t left = std::uint64_t{size.buckets} * SS_BUCKET_ENTRIES; // places of this page
    for (auto [table, place] = unpack(tables, from);; --table, place = 0) {
        const Segment &calls = tables[table];
        for (; place < places_of(calls); ++place, --left) {
            if (left == 0 || !lister.look(calls, place)) {
                return lister.end(pack(calls, place));
            }
        }
        if (table == 0) {
            return lister.end(std::nullopt);
        }
    }
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/doubles.hpp"

#include <algorithm>
#include <array>

namespace sipsteer::calls {

namespace {

/// No message takes that long. So what is written into the table from now on has a later time than
/// an entry that has been quiet for as long, and no change makes that entry what it was.
constexpr std::uint32_t kQuietTicks = 2;

/// Buckets whose calls' other buckets are fetched into the cache in advance.
constexpr std::size_t kAhead = 4;

std::size_t other_bucket(Table table, std::size_t number, __u64 entry) {
    return ss_call_other_bucket(static_cast<std::uint32_t>(number), ss_call_tag(entry),
                                static_cast<std::uint32_t>(table.size()));
}

void fetch_others(Table table, std::size_t number) {
    if (number < table.size()) {
        for (__u64 &entry : table[number].entry) {
            __builtin_prefetch(&table[other_bucket(table, number, load_entry(entry))]);
        }
    }
}

/// How far a call is in its life, by enum ss_call_state.
unsigned progress_of(__u64 entry) {
    constexpr std::array<unsigned, SS_CALL_STATES> kProgress = {0, 1, 2, 3, 0, 0};
    const std::uint32_t state = ss_call_state(entry);
    return state < SS_CALL_STATES ? kProgress[state] : 0;
}

/// Which of two entries of a call stays: the one that knows more of it, else the later one.
bool is_further(__u64 one, __u64 other, std::uint32_t now) {
    const unsigned progress = progress_of(one);
    const unsigned others = progress_of(other);
    return progress != others ? progress > others
                              : ss_call_idle(one, now) < ss_call_idle(other, now);
}

/// Gives the keeper a later time than both have. Then nobody can have it removed who knows it as
/// it was: a CPU that moves it, or takes back its own. Without that both might go.
bool touch(__u64 &entry, __u64 keeper, __u64 spare, std::uint32_t now) {
    const __u64 later = ss_call_idle(keeper, now) < ss_call_idle(spare, now) ? keeper : spare;
    const __u64 touched =
        (keeper & ~__u64{SS_TICK_MASK}) | ((ss_call_seen(later) + 1) & SS_TICK_MASK);
    const bool done = swap_entry(entry, keeper, touched);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return done;
}

/// Whether it could be removed.
bool remove_spare(__u64 &keeper_entry, __u64 keeper, __u64 &spare_entry, __u64 spare,
                  std::uint32_t now) {
    return ss_call_idle(spare, now) >= kQuietTicks && touch(keeper_entry, keeper, spare, now) &&
           remove_entry(spare_entry, spare);
}

} // namespace

Doubles::Doubles(std::vector<Segment> tables, Loads loads)
    : tables_(std::move(tables)), loads_(loads) {}

void Doubles::set_tables(std::vector<Segment> tables) {
    tables_ = std::move(tables);
    table_ = 0;
    next_ = 0;
}

bool Doubles::slice(std::size_t max_buckets, std::uint32_t now) {
    while (max_buckets != 0 && table_ < tables_.size()) {
        const Table table = tables_[table_].table;
        const std::size_t end = next_ + std::min(max_buckets, table.size() - next_);
        max_buckets -= end - next_;
        for (; next_ < end; ++next_) {
            fetch_others(table, next_ + kAhead);
            look_at(table, next_, now);
        }
        if (next_ == table.size()) {
            ++table_;
            next_ = 0;
        }
    }
    const bool passed = table_ == tables_.size();
    table_ = passed ? 0 : table_;
    return passed;
}

/// Each two buckets once, from the lower one.
void Doubles::look_at(Table table, std::size_t number, std::uint32_t now) {
    for (std::size_t slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
        __u64 &entry = table[number].entry[slot];
        const __u64 seen = load_entry(entry);
        if (seen == 0) {
            continue;
        }
        look_for(table, entry, number, slot + 1, now);
        const std::size_t other = other_bucket(table, number, seen);
        if (other > number) {
            look_for(table, entry, other, 0, now);
        }
    }
}

/// Another entry of the same call, in a bucket from a slot on.
void Doubles::look_for(Table table, __u64 &entry, std::size_t bucket, std::size_t first_slot,
                       std::uint32_t now) {
    for (std::size_t slot = first_slot; slot < SS_BUCKET_ENTRIES; ++slot) {
        __u64 &twin_entry = table[bucket].entry[slot];
        const __u64 seen = load_entry(entry);
        const __u64 twin = load_entry(twin_entry);
        if (seen == 0 || twin == 0 || ss_call_tag(seen) != ss_call_tag(twin)) {
            continue;
        }
        const bool stays = is_further(seen, twin, now);
        if (stays ? remove_spare(entry, seen, twin_entry, twin, now)
                  : remove_spare(twin_entry, twin, entry, seen, now)) {
            count_swap(loads_, stays ? twin : seen, 0);
            ++removed_;
        }
    }
}

} // namespace sipsteer::calls

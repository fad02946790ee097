// SPDX-License-Identifier: Apache-2.0
#include "calls/sweeper.hpp"

#include <algorithm>

namespace sipsteer::calls {

Sweeper::Sweeper(Table table, Loads loads, Births births)
    : table_(table), loads_(loads), births_(births), tallies_(kPlaces) {}

bool Sweeper::sweep_slice(std::size_t max_buckets, std::uint32_t now, const Lifetimes &lifetimes) {
    const std::size_t end = next_ + std::min(max_buckets, table_.size() - next_);
    for (; next_ < end; ++next_) {
        sweep_bucket(next_, now, lifetimes);
    }
    if (next_ < table_.size()) {
        return false;
    }
    publish(lifetimes);
    next_ = 0;
    return true;
}

void Sweeper::sweep_bucket(std::size_t number, std::uint32_t now, const Lifetimes &lifetimes) {
    unsigned live = 0;
    for (std::size_t slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
        __u64 &entry = table_[number].entry[slot];
        __u64 seen = load_entry(entry);
        // A swap that fails has met a change by the data plane: judge the entry it left.
        while (seen != 0 && lifetimes.expired(seen, now)) {
            if (remove_entry(entry, seen)) {
                count_removed(seen);
                seen = 0;
            }
        }
        if (seen != 0) {
            tally(seen, number, slot, now);
            ++live;
        }
    }
    full_buckets_ += live == SS_BUCKET_ENTRIES ? 1 : 0;
}

void Sweeper::tally(__u64 entry, std::size_t bucket, std::size_t slot, std::uint32_t now) {
    Tally &tally = tallies_[place_of(entry)];
    tally.oldest_idle = std::max(tally.oldest_idle, ss_call_idle(entry, now));
    if (bucket < births_.size()) {
        tally.oldest_age = std::max(tally.oldest_age, birth_age(births_[bucket].tick[slot], now));
    }
    ++tally.live;
}

/// Whoever took the entry out of the table counts it down: this is called once for each.
void Sweeper::count_removed(__u64 entry) {
    ++expired_;
    const std::uint32_t server = ss_call_server(entry);
    if (ss_call_is_live(ss_call_state(entry)) && server < loads_.size()) {
        add_live_calls(loads_[server], -1);
    }
}

void Sweeper::publish(const Lifetimes &lifetimes) {
    SweepTotals totals;
    totals.pass = totals_.pass + 1;
    totals.entries = std::uint64_t{table_.size()} * SS_BUCKET_ENTRIES;
    totals.expired = expired_;
    totals.full_buckets = full_buckets_;
    for (std::uint16_t server = 0; server < SS_MAX_SERVERS; ++server) {
        ServerCalls calls{server, lifetimes.in_use(server), 0, {}, 0, 0};
        for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
            const Tally &tally = tallies_[place_of(state, server)];
            calls.by_state[state] = tally.live;
            calls.live += tally.live;
            totals.by_state[state] += tally.live;
            if (ss_call_is_live(state)) {
                calls.oldest_idle = std::max(calls.oldest_idle, tally.oldest_idle);
                calls.oldest_age = std::max(calls.oldest_age, tally.oldest_age);
            }
        }
        totals.live += calls.live;
        totals.unknown += calls.in_use ? 0 : calls.live;
        if (calls.live != 0) {
            totals.servers.push_back(calls);
        }
    }
    totals_ = std::move(totals);
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    expired_ = 0;
    full_buckets_ = 0;
}

} // namespace sipsteer::calls

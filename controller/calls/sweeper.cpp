// SPDX-License-Identifier: Apache-2.0
#include "calls/sweeper.hpp"

#include <algorithm>

namespace sipsteer::calls {

Sweeper::Sweeper(Table table) : table_(table), live_(kPlaces, 0) {}

bool Sweeper::sweep_slice(std::size_t max_buckets, std::uint32_t now, const Lifetimes &lifetimes) {
    const std::size_t end = next_ + std::min(max_buckets, table_.size() - next_);
    for (; next_ < end; ++next_) {
        sweep_bucket(table_[next_], now, lifetimes);
    }
    if (next_ < table_.size()) {
        return false;
    }
    publish(lifetimes);
    next_ = 0;
    return true;
}

void Sweeper::sweep_bucket(ss_bucket &bucket, std::uint32_t now, const Lifetimes &lifetimes) {
    unsigned live = 0;
    for (__u64 &entry : bucket.entry) {
        __u64 seen = load_entry(entry);
        // A swap that fails has met a change by the data plane: judge the entry it left.
        while (seen != 0 && lifetimes.expired(seen, now)) {
            if (remove_entry(entry, seen)) {
                seen = 0;
                ++expired_;
            }
        }
        if (seen != 0) {
            ++live_[place_of(seen)];
            ++live;
        }
    }
    full_buckets_ += live == SS_BUCKET_ENTRIES ? 1 : 0;
}

void Sweeper::publish(const Lifetimes &lifetimes) {
    SweepTotals totals;
    totals.pass = totals_.pass + 1;
    totals.entries = std::uint64_t{table_.size()} * SS_BUCKET_ENTRIES;
    totals.expired = expired_;
    totals.full_buckets = full_buckets_;
    for (std::uint16_t server = 0; server < SS_MAX_SERVERS; ++server) {
        ServerCalls calls{server, lifetimes.in_use(server), 0, {}};
        for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
            const std::uint64_t live = live_[place_of(state, server)];
            calls.by_state[state] = live;
            calls.live += live;
            totals.by_state[state] += live;
        }
        totals.live += calls.live;
        totals.unknown += calls.in_use ? 0 : calls.live;
        if (calls.live != 0) {
            totals.servers.push_back(calls);
        }
    }
    totals_ = std::move(totals);
    std::fill(live_.begin(), live_.end(), 0);
    expired_ = 0;
    full_buckets_ = 0;
}

} // namespace sipsteer::calls

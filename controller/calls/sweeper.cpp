// SPDX-License-Identifier: Apache-2.0
#include "calls/sweeper.hpp"

#include <algorithm>

namespace sipsteer::calls {

Sweeper::Sweeper(std::vector<Segment> tables, Loads loads)
    : segments_(std::move(tables)), loads_(loads), tallies_(kPlaces) {}

void Sweeper::set_tables(std::vector<Segment> segments) {
    segments_ = std::move(segments);
    begin_pass();
}

std::size_t Sweeper::buckets() const {
    std::size_t sum = 0;
    for (const auto &segment : segments_) {
        sum += segment.table.size();
    }
    return sum;
}

void Sweeper::begin_pass() {
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    segment_ = 0;
    next_ = 0;
    expired_ = 0;
    full_buckets_ = 0;
    before_ = 0;
}

bool Sweeper::sweep_slice(std::size_t max_buckets, std::uint32_t now, const Lifetimes &lifetimes) {
    while (max_buckets != 0 && segment_ < segments_.size()) {
        const Segment &segment = segments_[segment_];
        const std::size_t end = next_ + std::min(max_buckets, segment.table.size() - next_);
        max_buckets -= end - next_;
        for (; next_ < end; ++next_) {
            const unsigned live = sweep_bucket(segment, next_, now, lifetimes);
            if (segment_ == 0) {
                full_buckets_ += live == SS_BUCKET_ENTRIES ? 1 : 0;
            } else {
                before_ += live;
            }
        }
        if (next_ == segment.table.size()) {
            ++segment_;
            next_ = 0;
        }
    }
    if (segment_ < segments_.size()) {
        return false;
    }
    publish(lifetimes);
    begin_pass();
    return true;
}

/// How many calls are left in the bucket.
unsigned Sweeper::sweep_bucket(const Segment &segment, std::size_t number, std::uint32_t now,
                               const Lifetimes &lifetimes) {
    unsigned live = 0;
    for (std::size_t slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
        __u64 &entry = segment.table[number].entry[slot];
        __u64 seen = load_entry(entry);
        // A swap that fails has met a change by the data plane: judge the entry it left.
        while (seen != 0 && lifetimes.expired(seen, now)) {
            if (remove_entry(entry, seen)) {
                count_removed({seen, static_cast<std::uint32_t>(number),
                               static_cast<std::uint32_t>(segment.table.size())});
                seen = 0;
            }
        }
        if (seen != 0) {
            tally(seen,
                  number < segment.births.size() ? &segment.births[number].tick[slot] : nullptr,
                  now);
            ++live;
        }
    }
    return live;
}

/// `birth`: when the call came; null: not known.
void Sweeper::tally(__u64 entry, __u16 *birth, std::uint32_t now) {
    Tally &tally = tallies_[place_of(entry)];
    tally.oldest_idle = std::max(tally.oldest_idle, ss_call_idle(entry, now));
    if (birth != nullptr) {
        tally.oldest_age = std::max(tally.oldest_age, birth_age(*birth, now));
    }
    ++tally.live;
}

void Sweeper::count_removed(const Placed &removed) {
    ++expired_;
    count_swap(loads_, removed.entry, 0);
    if (on_removed_) {
        on_removed_(removed);
    }
}

void Sweeper::publish(const Lifetimes &lifetimes) {
    SweepTotals totals;
    totals.pass = totals_.pass + 1;
    totals.entries = std::uint64_t{segments_.front().table.size()} * SS_BUCKET_ENTRIES;
    totals.before = before_;
    totals.expired = expired_;
    totals.expired_ever = totals_.expired_ever + expired_;
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
}

} // namespace sipsteer::calls

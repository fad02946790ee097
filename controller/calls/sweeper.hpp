// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/lifetimes.hpp"
#include "calls/table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sipsteer::calls {

using StateCounts = std::array<std::uint64_t, SS_CALL_STATES>; // by enum ss_call_state

struct ServerCalls {
    std::uint16_t server = 0; // index
    bool in_use = false;      // when the pass ended
    std::uint64_t live = 0;
    StateCounts by_state{};
};

/// What one pass over the whole table found. Each entry was counted at one moment of the pass;
/// with calls coming and going meanwhile the sums are as exact as the pass is short.
struct SweepTotals {
    std::uint64_t pass = 0;    // number of the pass, from 1; 0: none completed yet
    std::uint64_t entries = 0; // places in the table
    std::uint64_t live = 0;    // calls
    std::uint64_t unknown = 0; // of them: their server's index is not in use
    std::uint64_t expired = 0; // entries removed
    std::uint64_t full_buckets = 0;
    StateCounts by_state{};
    std::vector<ServerCalls> servers; // those with live calls, by index

    /// Share of the places that are taken, 0 to 1.
    double fill() const {
        return entries == 0 ? 0.0 : static_cast<double>(live) / static_cast<double>(entries);
    }
};

/// Goes over the call table again and again in slices, removes calls whose lifetime is over and
/// counts the others. Its counts are the truth about live calls: nothing else counts them.
class Sweeper {
public:
    explicit Sweeper(Table table);

    /// Sweeps the next `max_buckets` buckets, or to the table's end if that comes first; the
    /// slice after that begins a new pass. `now` in ticks; it and `lifetimes` may differ from
    /// slice to slice. Returns true when it completed a pass.
    bool sweep_slice(std::size_t max_buckets, std::uint32_t now, const Lifetimes &lifetimes);

    /// Of the last completed pass.
    const SweepTotals &totals() const { return totals_; }

    /// Buckets in the table, for the caller's choice of slices.
    std::size_t buckets() const { return table_.size(); }

private:
    void sweep_bucket(ss_bucket &bucket, std::uint32_t now, const Lifetimes &lifetimes);
    void publish(const Lifetimes &lifetimes);

    Table table_;
    std::size_t next_ = 0; // bucket
    std::uint64_t expired_ = 0;
    std::uint64_t full_buckets_ = 0;
    std::vector<std::uint32_t> live_; // by place (lifetimes.hpp)
    SweepTotals totals_;
};

} // namespace sipsteer::calls

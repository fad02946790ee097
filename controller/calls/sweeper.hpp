// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/lifetimes.hpp"
#include "calls/load.hpp"
#include "calls/placed.hpp"
#include "calls/table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace sipsteer::calls {

using StateCounts = std::array<std::uint64_t, SS_CALL_STATES>; // by enum ss_call_state

struct ServerCalls {
    std::uint16_t server = 0; // index
    bool in_use = false;      // when the pass ended
    std::uint64_t live = 0;
    StateCounts by_state{};
    std::uint32_t oldest_idle = 0; // ticks, of those that run
    std::uint32_t oldest_age = 0;  // likewise; SS_LONG_AGO: that or more

    /// Those that ss_call_is_live() names: what limits and schedulers count.
    std::uint64_t running() const { return by_state[SS_CALL_EARLY] + by_state[SS_CALL_CONFIRMED]; }
};

/// What one pass over the whole table found. Each entry was counted at one moment of the pass;
/// with calls coming and going meanwhile the sums are as exact as the pass is short.
struct SweepTotals {
    std::uint64_t pass = 0;         // number of the pass, from 1; 0: none completed yet
    std::uint64_t entries = 0;      // places in the present table
    std::uint64_t live = 0;         // calls
    std::uint64_t before = 0;       // of them: those in the table before it was resized
    std::uint64_t unknown = 0;      // of them: their server's index is not in use
    std::uint64_t expired = 0;      // entries removed
    std::uint64_t expired_ever = 0; // likewise, by all passes up to this one
    std::uint64_t full_buckets = 0;
    StateCounts by_state{};
    std::vector<ServerCalls> servers; // those with live calls, by index

    /// Share of the places that are taken, 0 to 1.
    double fill() const {
        return entries == 0 ? 0.0 : static_cast<double>(live) / static_cast<double>(entries);
    }
};

/// Goes over the call table again and again in slices, removes calls whose lifetime is over and
/// counts the others. Its counts are the truth about live calls; the data plane's own of each
/// server (load.hpp) are held to them (drift.hpp). Those it counts down with each running call that
/// it removes, as the data plane does.
class Sweeper {
public:
    /// `tables`: the present one first. `loads`: of the servers; none: nothing is counted down.
    explicit Sweeper(std::vector<Segment> tables, Loads loads = {});

    /// The tables to go over from now on, the present one first; a pass under way begins anew.
    void set_tables(std::vector<Segment> segments);

    /// Called with every entry that is removed; nobody: an empty one.
    void set_on_removed(std::function<void(const Placed &entry)> on_removed) {
        on_removed_ = std::move(on_removed);
    }

    /// Sweeps the next `max_buckets` buckets, or to the table's end if that comes first; the
    /// slice after that begins a new pass. `now` in ticks; it and `lifetimes` may differ from
    /// slice to slice. Returns true when it completed a pass.
    bool sweep_slice(std::size_t max_buckets, std::uint32_t now, const Lifetimes &lifetimes);

    /// Of the last completed pass.
    const SweepTotals &totals() const { return totals_; }

    /// Buckets in all tables, for the caller's choice of slices.
    std::size_t buckets() const;

private:
    unsigned sweep_bucket(const Segment &segment, std::size_t number, std::uint32_t now,
                          const Lifetimes &lifetimes);
    void tally(__u64 entry, __u16 *birth, std::uint32_t now);
    void begin_pass();
    void count_removed(const Placed &removed);
    void publish(const Lifetimes &lifetimes);

    struct Tally {
        std::uint32_t live = 0;
        std::uint32_t oldest_idle = 0; // ticks
        std::uint32_t oldest_age = 0;  // likewise
    };

    std::vector<Segment> segments_;
    std::function<void(const Placed &entry)> on_removed_;
    Loads loads_;
    std::size_t segment_ = 0; // that is being swept
    std::size_t next_ = 0;    // bucket in it
    std::uint64_t before_ = 0;
    std::uint64_t expired_ = 0;
    std::uint64_t full_buckets_ = 0;
    std::vector<Tally> tallies_; // by place (lifetimes.hpp)
    SweepTotals totals_;
};

} // namespace sipsteer::calls

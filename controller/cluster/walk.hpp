// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/clock.hpp"
#include "cluster/ledger.hpp"
#include "cluster/shared_call.hpp"
#include "farm/world.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sipsteer::cluster {

/// What a pass over the table found.
struct WalkTotals {
    std::uint64_t told = 0;   // calls whose account is with the engine, or on the way to it
    std::uint64_t untold = 0; // calls that wait for a later pass: there was no room
};

/// Goes over the call table again and again in slices and tells what is new of calls: that they
/// run, at which server, and that they are over. A message that only proves that a call still runs
/// is told when it moves the end of the call's lifetime by a quarter of it. Packets pay nothing
/// for any of this.
class Walk {
public:
    /// Takes an account, which is worth to be kept for so long; false: there is no room, and it
    /// stays to be told.
    using Tell = std::function<bool(const SharedCall &call, std::chrono::milliseconds keep)>;

    /// The next buckets, or to the end of the table. True when it completed a pass. The ledger is
    /// of this table.
    bool slice(const farm::World &world, Ledger &ledger, const Moment &now, std::size_t buckets,
               const Tell &tell);

    /// Of the last completed pass.
    const WalkTotals &totals() const { return totals_; }

    /// Begins anew: the table is another one.
    void restart();

private:
    struct Pass;
    void look_at(const Pass &pass, const Place &place);
    bool tell(const Pass &pass, const Place &place, Note &note, __u64 entry);
    void tell_gone(const Pass &pass, const Place &place, Note &note);

    std::uint32_t next_ = 0; // bucket
    WalkTotals counting_;
    WalkTotals totals_;
};

} // namespace sipsteer::cluster

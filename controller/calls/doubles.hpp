// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/load.hpp"
#include "calls/table.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sipsteer::calls {

/// Removes second entries of calls. Two CPUs that enter a call at once may leave two
/// (ss_call_settle in bpf/choose/select.h), and so may one that moves a call while it has messages
/// (ss_move_step in bpf/calls/call_room.h). Goes over the tables again and again in slices.
/// test/table/spin/protocol.pml is a model of it.
class Doubles {
public:
    /// `loads`: of the servers; none: nothing is counted down.
    explicit Doubles(std::vector<Segment> tables, Loads loads = {});

    /// The tables to go over from now on; a pass under way begins anew.
    void set_tables(std::vector<Segment> tables);

    /// Looks at the next `max_buckets` buckets, or to the end of the tables if that comes first;
    /// the slice after that begins a new pass. `now` in ticks. Returns true when it completed a
    /// pass. An entry that had a message less than two ticks ago stays until a later pass.
    bool slice(std::size_t max_buckets, std::uint32_t now);

    /// Entries removed since the beginning.
    std::uint64_t removed() const { return removed_; }

private:
    void look_at(Table table, std::size_t number, std::uint32_t now);
    void look_for(Table table, __u64 &entry, std::size_t bucket, std::size_t first_slot,
                  std::uint32_t now);

    std::vector<Segment> tables_;
    Loads loads_;
    std::size_t table_ = 0; // that is being looked at
    std::size_t next_ = 0;  // bucket in it
    std::uint64_t removed_ = 0;
};

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "calls/sweeper.hpp"
#include "calls/table.hpp"
#include "kernel/dataplane/maps.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sipsteer::calls {

/// The tables that have calls in them, the present one first.
std::vector<calls::Segment> call_tables(const dataplane::Maps &maps);

/// Gives the call table another size while calls run: a new table, then programs that bring each
/// call over with its next message, and when the sweep finds no call in the old table any more, it
/// goes. A call without messages keeps it until its lifetime ends.
class Resizing {
public:
    /// `tables_changed`: others must look at call_tables() again. `attach`: puts programs in force
    /// that look where the maps say.
    Resizing(dataplane::Maps &maps, std::function<void()> tables_changed,
             std::function<Status()> attach);

    /// Whether begin() would be refused, and why.
    Status check(std::uint32_t call_capacity) const;

    /// Begins, if the table has not the size for that many calls. An error says why it cannot be;
    /// then nothing has changed. Warnings, each a sentence: what is not done yet, and tried again.
    Result<std::vector<std::string>> begin(std::uint32_t call_capacity);

    /// After each pass of the sweep.
    void note_pass(const calls::SweepTotals &totals);

private:
    bool is_present(std::uint32_t call_capacity) const;
    Status attach();

    dataplane::Maps &maps_;
    std::function<void()> tables_changed_;
    std::function<Status()> attach_;
    bool attach_due_ = false;   // programs in force look into other tables than the maps say
    unsigned empty_passes_ = 0; // that found no call in the table before
};

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/load.hpp"
#include "calls/sweeper.hpp"

#include <cstdint>
#include <vector>

namespace sipsteer::calls {

struct Correction {
    std::uint16_t server = 0; // index
    std::int64_t amount = 0;  // what was added to its count
};

/// Holds the servers' counts of live calls to what the sweep finds in the table. The counts change
/// while the sweep goes on, so the two differ by a little most of the time; what differs by the
/// same amount three passes in a row is taken for an error, and added.
class Drift {
public:
    Drift() : seen_(SS_MAX_SERVERS) {}

    /// After a whole pass.
    std::vector<Correction> note_pass(const SweepTotals &totals, Loads loads);

private:
    struct Seen {
        std::int64_t difference = 0;
        unsigned times = 0; // in a row
    };

    std::vector<Seen> seen_; // by server
};

} // namespace sipsteer::calls

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

/// Holds the servers' counts of live calls to what the sweep finds in the table. The two can be
/// compared only where nothing changed while the sweep went on: a count that differs by the same
/// amount after two passes, and was not touched between them, is put right. Where calls come and go
/// all the time it has to wait for a quiet moment.
class Drift {
public:
    Drift() : seen_(SS_MAX_SERVERS) {}

    /// After a whole pass.
    std::vector<Correction> note_pass(const SweepTotals &totals, Loads loads);

private:
    struct Seen {
        std::int64_t difference = 0;
        std::uint64_t changes = 0; // of the count, at the end of the pass
    };

    std::vector<Seen> seen_; // by server, of the pass before
};

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/drift.hpp"

#include <utility>

namespace sipsteer::calls {

std::vector<Correction> Drift::note_pass(const SweepTotals &totals, Loads loads) {
    std::vector<std::int64_t> found(loads.size(), 0);
    for (const ServerCalls &server : totals.servers) {
        if (server.server < found.size()) {
            found[server.server] = static_cast<std::int64_t>(server.running());
        }
    }
    std::vector<Correction> corrections;
    for (std::size_t i = 0; i < loads.size(); i++) {
        const std::int64_t difference = found[i] - live_calls(loads[i]);
        const Seen before = std::exchange(seen_.at(i), {difference, live_call_changes(loads[i])});
        if (difference != 0 && difference == before.difference &&
            seen_[i].changes == before.changes) {
            add_live_calls(loads[i], difference);
            corrections.push_back({static_cast<std::uint16_t>(i), difference});
        }
    }
    return corrections;
}

} // namespace sipsteer::calls

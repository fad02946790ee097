// SPDX-License-Identifier: Apache-2.0
#include "calls/drift.hpp"

namespace sipsteer::calls {

namespace {

constexpr unsigned kTimes = 3;

} // namespace

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
        Seen &seen = seen_.at(i);
        seen.times = difference == seen.difference ? seen.times + 1 : 1;
        seen.difference = difference;
        if (difference != 0 && seen.times >= kTimes) {
            add_live_calls(loads[i], difference);
            corrections.push_back({static_cast<std::uint16_t>(i), difference});
            seen = {};
        }
    }
    return corrections;
}

} // namespace sipsteer::calls

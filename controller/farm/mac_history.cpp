// SPDX-License-Identifier: Apache-2.0
#include "farm/mac_history.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

constexpr std::chrono::minutes kMemory{1};
constexpr std::chrono::minutes kBetweenWarnings{1};

} // namespace

MacHistory::Change MacHistory::note(const MacAddress &mac, Time now) {
    if (!seen_.empty() && seen_.back().mac == mac) {
        seen_.back().last = now;
        return Change::None;
    }
    if (!seen_.empty()) {
        seen_.back().last = now; // it was in force until now
    }
    std::erase_if(seen_, [&](const Seen &seen) { return now - seen.last > kMemory; });
    const auto before =
        std::find_if(seen_.begin(), seen_.end(), [&](const Seen &seen) { return seen.mac == mac; });
    const bool returns = before != seen_.end();
    if (returns) {
        seen_.erase(before);
    }
    seen_.push_back({mac, now});
    if (!returns) {
        return Change::Moved;
    }
    if (now < quiet_until_) {
        return Change::Again;
    }
    quiet_until_ = now + kBetweenWarnings;
    return Change::Conflict;
}

std::string MacHistory::text() const {
    std::string text;
    for (const Seen &seen : seen_) {
        text += (text.empty() ? "" : ", ") + to_string(seen.mac);
    }
    return text;
}

} // namespace sipsteer::farm

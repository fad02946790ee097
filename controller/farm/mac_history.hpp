// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/mac_address.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sipsteer::farm {

/// The MACs that one address has had in the last minute. A server that moves to another host has
/// two, one after the other. If the first comes back, two hosts have the address. Pure.
class MacHistory {
public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Change {
        None,     // it is the MAC that the address had
        Moved,    // a first or another one
        Conflict, // one that came back: the first time in a minute
        Again,    // the same, once more
    };

    /// Notes the MAC that the address has now.
    Change note(const MacAddress &mac, Time now);

    /// All of them, "02:00:00:00:03:03, 02:00:00:00:03:04".
    std::string text() const;

private:
    struct Seen {
        MacAddress mac;
        Time last; // when it was in force
    };

    std::vector<Seen> seen_; // the present one last
    Time quiet_until_{};
};

} // namespace sipsteer::farm

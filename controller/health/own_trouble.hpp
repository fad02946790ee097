// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/next_hop.hpp"
#include "health/outcome.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace sipsteer::health {

/// What it means that the system refused with this errno: Outcome::NotSent if this host lacks what
/// it takes to ask anybody (file descriptors, memory, ports), which says nothing of the server;
/// else Outcome::Local.
ProbeOutcome refused_outcome(int code);

/// When this host itself could not reach servers: its link, address or route was away. What probes
/// say of such a time, and of the moment after it, says nothing of the servers. Pure: time is told
/// to it.
class OwnTrouble {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Probes that began so soon after the trouble may meet what it left: ARP, a switch that
    /// learns.
    static constexpr std::chrono::seconds kSettle{2};

    void note(const std::map<Address, NextHop> &next_hops, Time now);

    /// Whether a probe by that hop that began then, and failed, is not counted.
    bool excuses(const Address &hop, Time began) const;

private:
    struct Known {
        bool present = false;
        std::optional<Time> ended;
    };
    std::map<Address, Known> known_;
};

/// A line in the log; at most one in a minute, for all probes together.
void warn_not_sent(const ProbeOutcome &outcome);

} // namespace sipsteer::health

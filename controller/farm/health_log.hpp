// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "farm/mac_history.hpp"
#include "farm/plan/plan.hpp"
#include "health/prober.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace sipsteer::farm {

/// Writes a log line for each change of a server's health or next hop.
class HealthLog {
public:
    /// Of all servers that are probed: others are forgotten.
    void note(const std::map<ServerId, health::TargetResult> &results);

    /// Of some of them.
    void note_some(const std::map<ServerId, health::TargetResult> &results);

    /// Of all next hops.
    void note(const std::map<Address, NextHop> &next_hops);

private:
    void note_resolved(const Address &address, const NextHop &next_hop);
    void note_own_trouble(const std::map<Address, NextHop> &next_hops);

    std::map<ServerId, Health> health_;
    std::map<Address, NextHop> next_hops_;
    std::map<Address, MacHistory> macs_;
    std::map<std::string, std::size_t> own_troubles_; // of this host, by their words
};

} // namespace sipsteer::farm

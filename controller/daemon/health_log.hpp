// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "health/prober.hpp"
#include "neighbours/next_hop.hpp"
#include "plan/plan.hpp"

#include <map>

namespace sipsteer::daemon {

/// Writes a log line for each change of a server's health or next hop.
class HealthLog {
public:
    void note(const std::map<plan::ServerId, health::TargetResult> &results);
    void note(const std::map<Address, NextHop> &next_hops);

private:
    std::map<plan::ServerId, plan::Health> health_;
    std::map<Address, NextHop> next_hops_;
};

} // namespace sipsteer::daemon

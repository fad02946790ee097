// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "farm/plan/plan.hpp"
#include "health/prober.hpp"

#include <map>

namespace sipsteer::farm {

/// Writes a log line for each change of a server's health or next hop.
class HealthLog {
public:
    void note(const std::map<ServerId, health::TargetResult> &results);
    void note(const std::map<Address, NextHop> &next_hops);

private:
    std::map<ServerId, Health> health_;
    std::map<Address, NextHop> next_hops_;
};

} // namespace sipsteer::farm

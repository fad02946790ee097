// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/plan.hpp"
#include "kernel/dataplane/maps.hpp"

#include <map>
#include <set>
#include <utility>

namespace sipsteer::farm {

/// What an earlier run of the daemon left in the maps and a new one goes on with.
struct Restored {
    plan::Indexes indexes;
    std::map<ServerId, Address> running;         // servers that calls were forwarded to, and where
    std::set<std::pair<ServerId, Address>> idle; // known, but not forwarded to
};

Restored restore(const dataplane::Maps &maps);

} // namespace sipsteer::farm

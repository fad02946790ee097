// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataplane/maps.hpp"
#include "plan/plan.hpp"

#include <map>
#include <set>
#include <utility>

namespace sipsteer::dataplane {

/// What an earlier run of the daemon left in the maps and a new one goes on with.
struct Restored {
    plan::Indexes indexes;
    std::map<plan::ServerId, Address> running; // servers that calls were forwarded to, and where
    std::set<std::pair<plan::ServerId, Address>> idle; // known, but not forwarded to
};

Restored restore(const Maps &maps);

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataplane/maps.hpp"
#include "plan/plan.hpp"

#include <map>

namespace sipsteer::dataplane {

/// What an earlier run of the daemon left in the maps and a new one goes on with.
struct Restored {
    plan::Indexes indexes;
    std::map<plan::ServerId, Address> running; // servers that calls were forwarded to, and where
};

Restored restore(const Maps &maps);

} // namespace sipsteer::dataplane

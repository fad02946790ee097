// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "farm/plan/plan.hpp"

namespace sipsteer::plan {

/// How a server stands.
enum class Standing {
    Unclear, // not probed often enough yet, or its neighbour is not resolved
    Serving, // its calls are forwarded to it
    Away,    // down, disabled, or drained past its deadline
};

Standing standing_of(const config::Pool &pool, const config::Server &server,
                     const Observed &observed);

/// The next hop of an address; null if it is not resolved.
const NextHop *resolved(const Observed &observed, const Address &address);

} // namespace sipsteer::plan

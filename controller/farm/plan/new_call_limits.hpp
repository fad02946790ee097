// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"

#include <sipsteer/guard.h>

namespace sipsteer::plan {

/// Limits on new calls as the data plane has them; the rest of the value is empty.
ss_guard_limits new_call_limits(const config::NewCallLimits &limits);

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"

#include <sipsteer/pool.h>

#include <cstdint>

namespace sipsteer::plan {

/// The value of the pools map for a pool.
ss_pool pool_value(const config::Pool &pool);

/// Nanoseconds between two events of which there may be that many in a second; 0 for 0.
std::uint32_t gap_of_rate(std::uint32_t per_second);

} // namespace sipsteer::plan

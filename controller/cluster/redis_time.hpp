// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/engine_clock.hpp"
#include "cluster/redis_link.hpp"

namespace sipsteer::cluster {

/// Sets the clock by the reply to TIME, if it is one.
void set_clock(EngineClock &clock, const redisReply *reply);

} // namespace sipsteer::cluster

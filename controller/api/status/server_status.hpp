// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/status/status_input.hpp"
#include "calls/sweeper.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::status {

/// {"early": 1, "confirmed": 2, ...}
nlohmann::json states_json(const calls::StateCounts &counts);

/// What is seen of a server, beside its configuration: health and probes, next hop, place in the
/// ring, counters, calls, drain.
nlohmann::json server_status_json(const StatusInput &input, const config::Pool &pool,
                                  const config::Server &server);

} // namespace sipsteer::status

// SPDX-License-Identifier: Apache-2.0
//
// What GET /v1/status says of pools and servers beside traffic and probes.
#pragma once

#include "calls/sweeper.hpp"
#include "config/model.hpp"
#include "farm/plan/drains.hpp"
#include "farm/plan/plan.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::farm {

/// {"state": "up"}, or {"state": "down", "why": "..."}. `pool` may be null: not planned.
nlohmann::json pool_state_json(const plan::PlannedPool *pool);

/// Scheduler, key, what is done when it is down, and its state.
nlohmann::json pool_json(const config::Pool &pool, const plan::PlannedPool *planned);

/// Calls of a server that hold up its drain, the running ones and those that are closing.
/// `by_user`: the pool goes by the address of record; then registrations do, too, for they bring it
/// new calls.
std::uint64_t drain_calls(const calls::ServerCalls &calls, bool by_user);

/// {"calls_left": 3, "closing_left": 1, "others_left": 20, "oldest_seconds": 90,
/// "oldest_idle_seconds": 4, "since_unix": 1700000000, "deadline_unix": null, "drained": false}
nlohmann::json drain_json(const plan::Drain &drain, const calls::ServerCalls &calls);

} // namespace sipsteer::farm

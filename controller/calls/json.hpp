// SPDX-License-Identifier: Apache-2.0
//
// Calls as the API shows them.
#pragma once

#include "calls/list.hpp"
#include "calls/sweeper.hpp"

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace sipsteer::calls {

struct ServerName {
    std::string pool;
    std::string server;
};

/// The names of a server index; nothing if it is not in use.
using NameLookup = std::function<std::optional<ServerName>(std::uint16_t)>;

/// {"tag": "0a1b2c3d", "place": {"bucket": 7, "slot": 0}, "pool": "proxies", "server": "proxy1",
///  "state": "confirmed", "age_seconds": 40, "age_at_least": false, "idle_seconds": 4,
///  "lifetime_seconds": 7200, "lifetime_left_seconds": 7196}. The names are null if nobody has the
/// index. The times are exact to two ticks (4.3 s). age_at_least: it is that old or older.
nlohmann::json to_json(const CallView &call, const NameLookup &names);

/// {"calls": [...], "more": true, "next": 4711}: where to go on (list.hpp), null at the end.
nlohmann::json to_json(const CallPage &page, const NameLookup &names);

/// {"early": 1, "confirmed": 2, ...}
nlohmann::json to_json(const StateCounts &counts);

/// What the last pass of the sweep counted, exact for its time: {"calls": 3, "by_state": {...},
/// "pools": {"proxies": {"calls": 3, "by_state": {...}, "servers": {"proxy1": {"calls": 3,
/// "by_state": {...}}}}}}. Pools and servers without calls are left out, as are the names of
/// servers that nobody has: their calls are in the sum alone.
nlohmann::json to_json(const SweepTotals &totals, const NameLookup &names);

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
//
// Calls as the API shows them.
#pragma once

#include "calls/list.hpp"

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

/// {"tag": "0a1b2c3d", "bucket": 7, "slot": 0, "server": "proxy1", "pool": "proxies",
///  "state": "confirmed", "idle_seconds": 4, "expires_in_seconds": 7196}. The names are null if
/// nobody has the index. The times are exact to two ticks (4.3 s).
nlohmann::json to_json(const CallView &call, const NameLookup &names);

/// {"calls": [...], "more": true}: whether there were more than the page holds.
nlohmann::json to_json(const CallPage &page, const NameLookup &names);

} // namespace sipsteer::calls

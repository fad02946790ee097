// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sipsteer::events {

/// Something that happened. Those about the farm are the log's lines of level info and above, under
/// the same name and with the same fields.
struct Event {
    std::uint64_t id = 0; // grows with every event, over restarts as well
    std::string type;     // "server_down"

    /// An object: id, time (RFC 3339, UTC), level, type and the event's own fields.
    nlohmann::json body;

    /// Those who asked for it; nobody: it is for everybody.
    std::vector<std::uint32_t> audience = {};
};

} // namespace sipsteer::events

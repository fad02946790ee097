// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// An event of the API in one line, without its end: time, level, type, then its own fields as the
/// log has them, name=value. Safe for a terminal.
std::string event_line(const nlohmann::json &event, bool colour);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// Two readings of the daemon's status, and the time between them.
struct Readings {
    nlohmann::json before;
    nlohmann::json now;
    double seconds = 1; // more than 0
};

/// One picture of `sipsteer top`: calls, and for each service and server what it had a second
/// between the readings. A counter that has gone back, or was not there before, counts as 0.
/// It has `lines` lines at most. If not all fit, the last one says how many are missing, and
/// servers that are down or not enabled come before the others.
std::string top_view(const Readings &readings, bool colour,
                     std::size_t lines = std::numeric_limits<std::size_t>::max());

/// The same as JSON, all services and servers. Rates are a second.
nlohmann::json top_json(const Readings &readings);

} // namespace sipsteer::cli

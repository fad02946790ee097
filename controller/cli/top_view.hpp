// SPDX-License-Identifier: Apache-2.0
#pragma once

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
std::string top_view(const Readings &readings, bool colour);

} // namespace sipsteer::cli

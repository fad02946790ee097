// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "health/results.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sipsteer::health {

/// The reason of a server whose neighbour entry failed. It is no path's own.
inline constexpr const char *kNeighbourFailed = "neighbour failed";

/// The health of a server from that of its paths: down if one is down, up if all are up, unknown
/// without any. The reason is that of the first path that is down, or of the one that
/// came up last; it names the path unless there is only the direct one.
std::pair<Health, std::string> combine(const std::vector<PathResult> &paths);

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics/state.hpp"
#include "cluster/cluster.hpp"

#include <optional>

namespace sipsteer::daemon {

/// Of this moment; nothing without a cluster.
std::optional<metrics::Cluster> cluster_metrics(const cluster::Cluster *cluster);

} // namespace sipsteer::daemon

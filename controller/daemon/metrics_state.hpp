// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/status_input.hpp"
#include "metrics/state.hpp"

namespace sipsteer::daemon {

/// What GET /metrics is made of. `requests`: those that the API has answered.
metrics::State make_metrics_state(const StatusInput &input, const metrics::Requests &requests,
                                  const metrics::Trace &trace,
                                  std::chrono::system_clock::time_point started);

} // namespace sipsteer::daemon

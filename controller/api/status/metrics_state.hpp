// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics/state.hpp"
#include "api/status/status_input.hpp"

namespace sipsteer::status {

/// What GET /metrics is made of. `requests`: those that the API has answered;
/// `ready`: GET /readyz says so.
metrics::State make_metrics_state(const StatusInput &input, const metrics::Requests &requests,
                                  const metrics::Trace &trace, bool ready,
                                  std::chrono::system_clock::time_point started);

} // namespace sipsteer::status

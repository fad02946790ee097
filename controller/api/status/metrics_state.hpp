// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics/state.hpp"
#include "api/status/status_input.hpp"

namespace sipsteer::status {

/// The part of GET /metrics that is in `input`. `state` has the rest already.
metrics::State make_metrics_state(const StatusInput &input, metrics::State state);

} // namespace sipsteer::status

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/state.hpp"

#include <string>

namespace sipsteer::metrics {

/// The content type of the text: Prometheus' text format. prometheus-cpp 1.0 has no OpenMetrics.
inline constexpr const char *kContentType = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a state.
std::string to_text(const State &state);

} // namespace sipsteer::metrics

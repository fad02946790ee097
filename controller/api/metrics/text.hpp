// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics/state.hpp"

#include <string>

namespace sipsteer::metrics {

/// The formats that metrics are told in.
enum class Format {
    Prometheus, // text format 0.0.4
    OpenMetrics // 1.0.0
};

/// The format's content type.
const char *content_type(Format format);

/// All metrics of a state.
std::string to_text(const State &state, Format format = Format::Prometheus);

} // namespace sipsteer::metrics

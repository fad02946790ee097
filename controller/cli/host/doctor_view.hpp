// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/check.hpp"

#include <span>
#include <string>
#include <vector>

namespace sipsteer::cli {

/// One line a check; what is not well of it in words, with the remedy below. Checks skipped for one
/// reason are together below the table. `verbose`: all that was found, and where. The last line
/// counts.
std::string doctor_view(const std::vector<doctor::Report> &reports, bool verbose, bool colour);

/// The checks there are.
std::string checks_view(std::span<const doctor::Check> checks, bool colour);

} // namespace sipsteer::cli

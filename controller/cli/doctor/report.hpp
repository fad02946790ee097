// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/check.hpp"

#include <nlohmann/json.hpp>
#include <vector>

namespace sipsteer::doctor {

/// How many of the checks have that verdict.
std::size_t count_of(const std::vector<Report> &reports, Verdict verdict);

/// {"verdict": "warn", "counts": {...}, "checks": [...]}; fields of the checks are explained in
/// sipsteer(1).
nlohmann::json to_json(const std::vector<Report> &reports);

} // namespace sipsteer::doctor

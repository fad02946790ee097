// SPDX-License-Identifier: Apache-2.0
//
// Of the rules that take more than one field (pairings.hpp, api_checks.hpp, checks.hpp) those that
// JSON Schema can say. test/schema holds them to the checks.
#pragma once

#include <nlohmann/json.hpp>

namespace sipsteer::config {

/// Adds them to the definitions that they are about.
void add_conditions(nlohmann::json &definitions);

} // namespace sipsteer::config

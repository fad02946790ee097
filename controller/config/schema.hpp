// SPDX-License-Identifier: Apache-2.0
//
// The JSON Schema (draft 2020-12) of the configuration, from its description (fields.hpp). It has
// all that a schema can say. What it cannot, numbers and names compared, is left to the checks
// (checks.hpp, pairings.hpp).
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sipsteer::config {

/// The document for editors and programs: what a configuration file holds.
nlohmann::json schema();

/// Its definitions by name, "Config" for the whole; their references begin with `prefix`. Fields
/// that only a start can change have "x-restart-needed": true.
nlohmann::json schema_definitions(const std::string &prefix);

} // namespace sipsteer::config

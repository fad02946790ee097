// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// What a change of the configuration does, or did.
struct ChangeShown {
    nlohmann::json report; // the daemon's: Change in its OpenAPI description
    nlohmann::json before; // the whole configuration that was in force, with its defaults
    nlohmann::json after;  // likewise the new one; null: not known
    nlohmann::json file;   // as it was written
};

/// For a person: each field with its old and new value; what is added, with the fields that were
/// written, and what is removed.
std::string change_view(const ChangeShown &change, bool dry_run, bool colour);

} // namespace sipsteer::cli

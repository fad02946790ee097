// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/problem.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <variant>

namespace sipsteer::api {

enum class ChangeMode { InForce, DryRun };

/// The configuration, as the daemon gives it to the API.
struct ConfigSource {
    /// What is in force, in the form of the configuration file, complete.
    std::function<nlohmann::json()> current;

    /// Puts a whole configuration in force, and on the disk; a dry run only says what that would
    /// do. The report of what changes, or why nothing did: 409 what only a restart changes, 422
    /// the fields at fault, 500.
    std::function<std::variant<nlohmann::json, http::Problem>(const nlohmann::json &next,
                                                              ChangeMode mode)>
        change;

    /// Writes what is in force to the operator's file; why not: 409 somebody else has changed that
    /// since it was read, 500.
    std::function<std::variant<nlohmann::json, http::Problem>()> save_to_file;
};

} // namespace sipsteer::api

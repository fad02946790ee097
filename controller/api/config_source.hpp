// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/problem.hpp"

#include <nlohmann/json.hpp>
#include <variant>

namespace sipsteer::api {

enum class ChangeMode { InForce, DryRun };

/// The configuration, as the daemon gives it to the API.
class ConfigSource {
public:
    virtual ~ConfigSource() = default;

    /// What is in force, in the form of the configuration file, complete. Valid until a change.
    virtual const nlohmann::json &current() const = 0;

    /// Puts a whole configuration in force, and on the disk; a dry run only says what that would
    /// do. The report of what changes, or why nothing did: 409 what only a restart changes, 422
    /// the fields at fault, 500.
    virtual std::variant<nlohmann::json, http::Problem> change(const nlohmann::json &next,
                                                               ChangeMode mode) = 0;

    /// Writes what is in force to the operator's file; why not: 409 somebody else has changed that
    /// since it was read, 500.
    virtual std::variant<nlohmann::json, http::Problem> save_to_file() = 0;
};

} // namespace sipsteer::api

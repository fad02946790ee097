// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

namespace sipsteer::api {

enum class ChangeMode { InForce, DryRun };

/// A whole configuration, in the form of the configuration file, complete. Nobody changes it, so
/// any thread may read it.
using Document = std::shared_ptr<const nlohmann::json>;

/// What has become of a change.
struct Changed {
    nlohmann::json report; // of what changes
    Document in_force;     // after it
};

/// Makes the configuration that is wanted of the one in force, or answers the request. Called on
/// another thread than the event loop's, so it looks at nothing that changes.
using Propose =
    std::function<std::variant<nlohmann::json, http::Response>(const nlohmann::json &in_force)>;

/// Answers the request if it may not be served, the configuration in force being what it is.
/// Likewise called on another thread.
using Refuse = std::function<std::optional<http::Response>(const nlohmann::json &in_force)>;

/// The configuration, as the daemon gives it to the API. Changes are made one after the other, in
/// the order in which they come; what they are made of must outlive them.
class ConfigSource {
public:
    virtual ~ConfigSource() = default;

    /// What is in force.
    virtual Document current() const = 0;

    /// Puts a whole configuration in force, and on the disk; a dry run only says what that would
    /// do. If it is not done: what `propose` answers, or why: 409 what only a restart changes, 422
    /// the fields at fault, 500.
    using ChangeOutcome = std::variant<Changed, http::Problem, http::Response>;
    virtual boost::asio::awaitable<ChangeOutcome> change(Propose propose, ChangeMode mode) = 0;

    /// Writes what is in force to the operator's file, and reports. If it is not done: what
    /// `refuse` answers, or why: 409 somebody else has changed the file since it was read, 500.
    using SaveOutcome = std::variant<nlohmann::json, http::Problem, http::Response>;
    virtual boost::asio::awaitable<SaveOutcome> save_to_file(Refuse refuse) = 0;
};

} // namespace sipsteer::api

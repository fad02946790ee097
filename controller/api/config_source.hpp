// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

/// Who changes the configuration, for the history.
struct Author {
    std::string who;     // the name of the token, or "uid 1000"
    std::string from;    // an address, or "local, pid 4711"
    std::string request; // "PUT /v1/config"
};

/// A configuration that was in force, or is.
struct PastConfig {
    std::uint64_t id = 0;
    std::string time; // since when it was in force
    Author author;
    std::string change; // from the one before
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
    virtual boost::asio::awaitable<ChangeOutcome> change(Propose propose, ChangeMode mode,
                                                         Author author) = 0;

    /// The last configurations in force, the newest first: that is the one in force, unless the
    /// disk was full.
    virtual std::vector<PastConfig> history() const = 0;

    /// Reads one of them, on any thread; nothing if it is gone.
    virtual std::function<std::optional<nlohmann::json>()> past(std::uint64_t id) const = 0;

    /// Writes what is in force to the operator's file, and reports. If it is not done: what
    /// `refuse` answers, or why: 409 somebody else has changed the file since it was read, 500.
    using SaveOutcome = std::variant<nlohmann::json, http::Problem, http::Response>;
    virtual boost::asio::awaitable<SaveOutcome> save_to_file(Refuse refuse) = 0;
};

} // namespace sipsteer::api

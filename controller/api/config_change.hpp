// SPDX-License-Identifier: Apache-2.0
//
// The one way by which requests change the configuration: whatever a request names, it is an edit
// of the whole document, which is then validated whole and put in force whole.
#pragma once

#include "api/config_source.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace sipsteer::api {

/// A change that a request asks for.
struct Edit {
    /// The resource as it is configured now, for its entity tag; null: there is none yet.
    nlohmann::json before;

    /// Makes the change in the whole document; what is wrong with it (422).
    std::function<std::optional<http::Problem>(nlohmann::json &config)> apply;

    /// The resource in the whole document, after the change; null if it has been removed.
    std::function<nlohmann::json(const nlohmann::json &config)> find;
};

/// Takes the query (dry_run), looks at the conditions, makes the edit. Answers the report, with
/// the resource's new tag in "etag".
http::Response change_config(const http::Request &request, ConfigSource &source, const Edit &edit);

} // namespace sipsteer::api

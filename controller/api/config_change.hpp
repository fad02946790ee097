// SPDX-License-Identifier: Apache-2.0
//
// The one way by which requests change the configuration: whatever a request names, it is an edit
// of the whole document, which is then validated whole and put in force whole.
#pragma once

#include "api/config_source.hpp"
#include "http/aside.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace sipsteer::api {

/// The configuration, and the thread that makes documents of it. Both outlive the router.
struct ConfigAccess {
    ConfigSource &source;
    http::Aside &aside;
};

/// A change that a request asks for. Its functions are called on another thread, and may look at
/// the request.
struct Edit {
    /// The resource in a whole document; null if it is not there.
    std::function<nlohmann::json(const nlohmann::json &config)> find;

    /// Answers a request that makes no sense with this configuration in force; empty: all do.
    Refuse refuse;

    /// Makes the change in the whole document; what is wrong with it (422).
    std::function<std::optional<http::Problem>(nlohmann::json &config)> apply;
};

/// Takes the query (dry_run) and waits for its turn; then looks at the conditions and makes the
/// edit. Answers the report, with the resource's new tag in "etag". The request outlives it.
boost::asio::awaitable<http::Response> change_config(const http::Request &request,
                                                     ConfigAccess config, Edit edit);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
//
// Services, pools and servers, each by its name.
#pragma once

#include "api/config_change.hpp"
#include "http/router.hpp"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::api {

/// What is seen of things beside their configuration, all at one moment. Null: nothing.
class ResourceStatus {
public:
    virtual ~ResourceStatus() = default;
    virtual nlohmann::json service(const std::string &service) const = 0;
    virtual nlohmann::json pool(const std::string &pool) const = 0;
    virtual nlohmann::json server(const std::string &pool, const std::string &server) const = 0;
};

/// Works out a status on another thread, of what was taken before. Must not outlive the request
/// that it was taken for.
using WorkOutStatus = std::function<std::unique_ptr<const ResourceStatus>()>;

/// Takes what there is to see at this moment.
using TakeStatus = std::function<WorkOutStatus()>;

/// For /v1/services, /v1/pools and /v1/pools/{pool}/servers, here LIST:
///
/// GET LIST              all of them
/// POST LIST             adds the one in the body, which has a name that is free
/// GET LIST/{name}       its fields of the configuration, and "status": what is seen of it
/// PUT LIST/{name}       adds or replaces it
/// PATCH LIST/{name}     a merge patch (RFC 7396)
/// DELETE LIST/{name}
///
/// All but GET take dry_run.
void add_resource_routes(http::Router &router, ConfigAccess config, const TakeStatus &status);

} // namespace sipsteer::api

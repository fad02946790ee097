// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/server.hpp"
#include "config/model.hpp"

namespace sipsteer::daemon {

/// Serves the API where the configuration says. The error names the field that cannot be done.
Status listen_for_api(api::Server &server, const config::Api &config);

} // namespace sipsteer::daemon

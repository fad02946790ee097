// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "http/server.hpp"

namespace sipsteer::daemon {

/// Serves the API where the configuration says. The error names the field that cannot be done.
Status listen_for_api(http::Server &server, const config::Api &config);

/// Reads the certificates and keys again, for the connections to come. The log says which; of a
/// listener where that fails the old ones stay.
void renew_certificates(http::Server &server, const config::Api &config);

} // namespace sipsteer::daemon

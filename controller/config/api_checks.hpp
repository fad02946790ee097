// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

namespace sipsteer::config {

/// What keeps the API from being open to others by mistake: off loopback it has TLS, or
/// `insecure` says that none is meant, and over TCP a client needs a token.
void check_api(const Api &api, Errors &errors);

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"
#include "config/model.hpp"

namespace sipsteer::config {

/// What servers behind routers need (Forward::Dscp): a code for each VIP, addresses of its family,
/// probes that need no frame with the VIP.
void check_dscp(const Config &config, Errors &errors);

} // namespace sipsteer::config

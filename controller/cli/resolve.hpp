// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <netdb.h>
#include <string>

namespace sipsteer::cli {

/// A list of addresses, one at least.
using Places = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Of a host's name or address and a port's number; `type`: SOCK_STREAM or SOCK_DGRAM.
Result<Places> resolve(const std::string &host, const std::string &port, int type);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// Whose MAC address it is.
#pragma once

#include "cli/doctor/facts.hpp"

#include <string>

namespace sipsteer::doctor {

/// The servers that answered with it for their own address, "proxies/server1, proxies/server2".
std::string servers_with(const Facts &facts, const MacAddress &mac);

/// It is one of this host's own.
bool is_own(const Facts &facts, const MacAddress &mac);

} // namespace sipsteer::doctor

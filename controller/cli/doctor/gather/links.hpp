// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <string>
#include <vector>

namespace sipsteer::doctor {

/// All that is known of an interface and its driver.
Link gather_link(const std::string &name);

/// The MAC addresses of all interfaces.
std::set<MacAddress> gather_own_macs();

/// The interfaces of default routes in /proc/net/route, which has the IPv4 routes of the main
/// table.
std::vector<std::string> default_routes_in(const std::string &routes);

} // namespace sipsteer::doctor

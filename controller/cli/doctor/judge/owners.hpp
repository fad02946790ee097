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

/// The configuration names it as another director's.
bool is_director(const Facts &facts, const MacAddress &mac);

/// Interfaces with the VIP that speak ARP and ND: not the loopback of a server.
std::vector<std::string> speaking_places(const Facts &facts, const Address &vip);

/// A server of the configuration is this host.
bool is_server(const Facts &facts);

} // namespace sipsteer::doctor

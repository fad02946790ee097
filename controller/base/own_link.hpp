// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/mac_address.hpp"

#include <cstdint>
#include <string>

namespace sipsteer {

/// An Ethernet interface of this host, as far as it says which frames are for the host.
struct OwnLink {
    std::uint32_t ifindex = 0;
    std::string name;
    MacAddress mac{};
    std::uint32_t lower = 0;  // of a VLAN or macvlan interface: the one below it; 0: none
    std::uint32_t bridge = 0; // the bridge that it is a port of; 0: none
    std::uint32_t bond = 0;   // likewise the bond or team
    std::uint16_t vlan = 0;   // of a VLAN interface
    bool macvlan = false;     // it has a MAC of its own beside that of the one below it
    bool sums_later = false;  // frames come in on it before their checksums are made
    bool addressed = false;   // it is up and has an IP address that is not link-local

    bool operator==(const OwnLink &) const = default;
};

} // namespace sipsteer

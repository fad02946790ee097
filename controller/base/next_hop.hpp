// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sipsteer {

/// How a frame reaches an address on the segment, or of this host, as the kernel sees it.
struct NextHop {
    bool resolved = false; // the rest is meaningless without it, but for `problem`
    /// The interface frames leave from; below a VLAN or macvlan interface, its parent.
    std::uint32_t ifindex = 0;
    std::uint16_t vlan = 0;  // VLAN id on that interface, 0 for untagged
    MacAddress mac{};        // of the address' owner
    MacAddress source_mac{}; // of the interface
    /// The address is this host's own: the kernel takes what is for it. No interface and no MACs.
    bool local = false;
    /// The neighbour, if the address lies behind it and that will do.
    std::optional<Address> router;
    std::string problem; // why it is not resolved: "no route", "no ARP answer" ...
    /// Not resolved because the neighbour has been asked in vain: nobody is there.
    bool failed = false;
    /// Not resolved because the first answer is still awaited: no reason to complain yet.
    bool pending = false;
    /// It was resolved, and what is missing now is this host's: "interface eth0 is down". The rest
    /// is as it was before, for a while at least: this says nothing of the server.
    std::string own_trouble;

    bool operator==(const NextHop &) const = default;
};

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "kernel/netlink/netlink.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer {

/// A network interface.
struct LinkInfo {
    std::uint32_t ifindex = 0;
    std::string name;
    std::string kind; // "vlan", "bond", "veth" ...; empty for a physical or virtual NIC
    bool ethernet = false;
    bool up = false;      // switched on and with carrier
    bool enabled = false; // switched on, whatever the carrier
    std::uint32_t mtu = 0;
    MacAddress mac{};
    std::uint32_t master = 0;        // the bridge, bond ... that it is a port of; 0: none
    std::uint32_t lower = 0;         // the interface below a "vlan" or "macvlan"; 0: none, or not
                                     // in this network namespace
    std::uint16_t vlan = 0;          // of a "vlan"
    std::uint16_t vlan_protocol = 0; // of a "vlan": 0x8100 or 0x88a8
    std::uint32_t xdp_native = 0;    // id of the XDP program in its driver; 0: none
    std::uint32_t xdp_generic = 0;   // id of that in generic mode

    bool operator==(const LinkInfo &) const = default;
};

/// The interface named so; "interface eth7: No such device".
Result<LinkInfo> find_link(const std::string &name);
Result<LinkInfo> find_link(netlink::Socket &socket, const std::string &name);
Result<LinkInfo> find_link(netlink::Socket &socket, std::uint32_t ifindex);

/// All of this network namespace.
Result<std::vector<LinkInfo>> find_links();

/// From an RTM_NEWLINK message.
std::optional<LinkInfo> parse_link(const nlmsghdr &message);

} // namespace sipsteer

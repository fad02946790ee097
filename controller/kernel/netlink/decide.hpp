// SPDX-License-Identifier: Apache-2.0
//
// From what the kernel says to a NextHop. Pure.
#pragma once

#include "base/next_hop.hpp"
#include "kernel/netlink/link.hpp"
#include "kernel/netlink/neighbour_entry.hpp"
#include "kernel/netlink/route.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace sipsteer {

/// Finds an interface by its index.
using LinkFinder = std::function<std::optional<LinkInfo>(std::uint32_t ifindex)>;

/// VLAN tags by interface name, for interfaces whose frames are tagged by something else than a
/// VLAN device (a tc program below a macvlan, say), which the kernel cannot tell us.
using VlanTags = std::map<std::string, std::uint16_t>;

/// The segment the address is on: a NextHop without `mac`. Not resolved as yet; `problem` is
/// empty if the owner's MAC is all that is missing.
NextHop decide_segment(const Route &route, const LinkFinder &find_link, const VlanTags &tags);

/// The segment with the neighbour's MAC, or with the problem that there is none. `given_up`: it
/// was asked for in vain, though the entry may not say so any more. An address of this host has no
/// neighbour and needs none.
NextHop decide_next_hop(NextHop segment, const Address &address, const NeighbourEntry &entry,
                        bool given_up);

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "kernel/netlink/netlink.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sipsteer {

/// What the kernel's ARP or ND table has for an address. Without an entry: state 0.
struct NeighbourEntry {
    std::uint16_t state = 0; // NUD_...
    MacAddress mac{};        // only when usable()
    bool learned = false;    // by the kernel's own ARP or ND: nobody's configuration
    /// Since the owner last answered; meaningless unless usable().
    std::chrono::milliseconds confirmed_ago{0};

    bool usable() const; // the kernel itself would send to `mac`
    bool failed() const; // it asked and had no answer
};

NeighbourEntry find_neighbour(netlink::Socket &socket, std::uint32_t ifindex,
                              const Address &address);

/// Has the kernel find the neighbour, as if it had a packet to send. Not for a permanent entry: it
/// would become an ordinary one. False if the kernel has no room for another neighbour.
bool use_neighbour(netlink::Socket &socket, std::uint32_t ifindex, const Address &address);

/// Makes the kernel forget what it has learned of a neighbour.
void forget_neighbour(netlink::Socket &socket, std::uint32_t ifindex, const Address &address);

/// The address an RTM_NEWNEIGH or RTM_DELNEIGH message is about.
std::optional<Address> neighbour_address(const nlmsghdr &message);

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/netlink/netlink.hpp"

#include <cstdint>
#include <string>

namespace sipsteer {

/// The way the kernel would send to an address.
struct Route {
    enum class Kind {
        None,   // `problem` says why
        Local,  // the address is this host's own
        OnLink, // the address' owner is on the segment of `ifindex`
        Router, // by way of `router`
    };
    Kind kind = Kind::None;
    std::uint32_t ifindex = 0;
    Address router;
    Address source; // the kernel would send from it; unspecified: it did not say
    std::string problem;
};

Route find_route(netlink::Socket &socket, const Address &address);

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <span>

namespace sipsteer::packets {

/// Sends whole Ethernet frames; receives nothing (packet(7)). Never blocks.
class PacketSocket {
public:
    enum class Path {
        Queues, // through queues and traffic control, as the kernel's own: these may add a VLAN tag
        Direct, // past both, as XDP sends
    };

    Status open(Path path);

    /// Out of an interface. 0, or the errno if the kernel does not take the frame. `frame` has 14
    /// bytes or more.
    int send(std::span<const std::uint8_t> frame, std::uint32_t ifindex) const;

private:
    Fd fd_;
};

} // namespace sipsteer::packets

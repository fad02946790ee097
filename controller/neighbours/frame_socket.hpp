// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neighbours/frames.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"

#include <cstdint>

namespace sipsteer {

/// Sends ARP and neighbour discovery frames; receives nothing (packet(7)). Through queues and
/// traffic control like the kernel's own, so that what tags those tags these.
class FrameSocket {
public:
    Status open();

    /// Out of an interface. 0, or the errno.
    int send(const FrameBytes &frame, std::uint32_t ifindex) const;

private:
    Fd fd_;
};

} // namespace sipsteer

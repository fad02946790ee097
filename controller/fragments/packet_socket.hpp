// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fragments/frame.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"

#include <cstdint>

namespace sipsteer::fragments {

/// Sends whole frames; receives nothing (packet(7)).
class PacketSocket {
public:
    Status open();

    /// Out of an interface. Best effort, as a wire is: false if the kernel did not take it.
    bool send(const Frame &frame, std::uint32_t ifindex) const;

private:
    Fd fd_;
};

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_feed.h"
#include "messages.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace sipsteer::bench {

/// Where the frames are for: 198.51.100.100, and the ports of the plane's services (plane.hpp).
inline constexpr std::array<std::uint8_t, 4> kVip{198, 51, 100, 100};
inline constexpr std::array<std::uint8_t, 4> kOther{198, 51, 100, 101}; // not a VIP
inline constexpr std::uint16_t kStatefulPort = 5060;
inline constexpr std::uint16_t kStatelessPort = 5062;

struct Destination {
    std::array<std::uint8_t, 4> address;
    std::uint16_t port;
};

/// BENCH_MESSAGES messages of a method in IPv4 and UDP, to be patched for each call: in the
/// Call-ID or, without one, in the source address.
std::vector<bench_message> make_frames(Method method, const Destination &destination);

} // namespace sipsteer::bench

// SPDX-License-Identifier: Apache-2.0
//
// What a driver can do for XDP: enum netdev_xdp_act of the kernel's netdev family (6.3 and newer).
#pragma once

#include <cstdint>

namespace sipsteer::doctor {

inline constexpr std::uint64_t kXdpNative = 1U << 0U;
inline constexpr std::uint64_t kXdpTransmit = 1U << 2U; // takes frames that others redirect to it
inline constexpr std::uint64_t kXdpPieces = 1U << 5U;   // receives frames in several pieces

} // namespace sipsteer::doctor

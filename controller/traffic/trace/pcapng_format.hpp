// SPDX-License-Identifier: Apache-2.0
//
// Numbers of the form pcapng: block types, option codes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipsteer::trace {

inline constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
inline constexpr std::uint32_t kInterfaceDescription = 1;
inline constexpr std::uint32_t kInterfaceStatistics = 5;
inline constexpr std::uint32_t kEnhancedPacket = 6;

inline constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
inline constexpr std::uint16_t kEthernet = 1; // LINKTYPE_ETHERNET
inline constexpr std::uint8_t kNanoseconds = 9;
inline constexpr std::uint8_t kXdpVerdict = 2; // of epb_verdict: enum xdp_action follows

/// A block is its type, its length, what is in it, and its length once more.
inline constexpr std::size_t kBlockFrame = 12;

enum Option : std::uint16_t {
    kEndOfOptions = 0,
    kComment = 1,
    kApplication = 4,   // shb_userappl
    kInterfaceName = 2, // if_name
    kResolution = 9,    // if_tsresol
    kDropCount = 4,     // epb_dropcount
    kQueue = 6,         // epb_queue
    kVerdict = 7,       // epb_verdict
    kReceived = 4,      // isb_ifrecv
    kDroppedEarly = 5,  // isb_ifdrop
    kDroppedLate = 7,   // isb_osdrop
    kDelivered = 8,     // isb_usrdeliv
};

} // namespace sipsteer::trace

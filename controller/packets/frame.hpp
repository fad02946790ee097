// SPDX-License-Identifier: Apache-2.0
//
// From a captured frame to the UDP datagram in it, for captures as people have them: more link
// types than the data plane reads (bpf/net/parse.h), which reads Ethernet only.
#pragma once

#include "base/address.hpp"

#include <sipsteer/reason.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace sipsteer::packets {

/// What a frame begins with.
enum class Link { Ethernet, LinuxCooked, LinuxCooked2, Ip, Loopback };

enum class Part { Whole, FirstFragment, LaterFragment };

/// Its name in JSON: "whole", "first_fragment", "later_fragment".
const char *part_name(Part part);

struct Datagram {
    Address source;
    Address destination;
    std::uint16_t source_port = 0; // of a later fragment: 0, as is destination_port
    std::uint16_t destination_port = 0;
    Part part = Part::Whole;
    std::uint32_t fragment_offset = 0; // bytes
    std::uint32_t fragment_id = 0;
    bool cut = false;         // the frame ends before the datagram, or its fragment, does
    std::string_view payload; // of UDP; of a later fragment: its bytes

    // Of a first fragment, for those who put the datagram together:
    std::size_t data_before = 0;  // bytes before the payload that fragments' offsets count
    std::size_t whole_length = 0; // of the datagram's payload, as the UDP header has it
};

/// A datagram, whose payload lies in `frame`, or why there is none: SS_REASON_NOT_IP, NOT_UDP,
/// MALFORMED or EXTENSIONS.
std::variant<Datagram, ss_reason> read_frame(Link link, std::string_view frame);

/// The datagram that an ICMP or ICMPv6 error quotes, as far as it does.
struct IcmpError : Datagram {
    bool ipv6 = false;
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};

/// Nothing: the frame is none.
std::optional<IcmpError> read_icmp_error(Link link, std::string_view frame);

} // namespace sipsteer::packets

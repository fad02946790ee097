// SPDX-License-Identifier: Apache-2.0
//
// From a captured frame to the UDP datagram in it, for captures as people have them: more link
// types than the data plane reads (bpf/parse.h), which reads Ethernet only.
#pragma once

#include "util/address.hpp"

#include <sipsteer/reason.h>

#include <cstdint>
#include <string_view>
#include <variant>

namespace sipsteer::explain {

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
};

/// A datagram, whose payload lies in `frame`, or why there is none: SS_REASON_NOT_IP, NOT_UDP,
/// MALFORMED or EXTENSIONS.
std::variant<Datagram, ss_reason> read_frame(Link link, std::string_view frame);

} // namespace sipsteer::explain

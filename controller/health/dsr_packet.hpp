// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sipsteer::health {

/// A UDP datagram, or an ICMP error about one.
struct DsrPacket {
    Endpoint from; // of an ICMP error: those of the datagram that it quotes
    Endpoint to;
    std::string_view payload; // points into what was parsed; cut short in a quotation
    std::string icmp;         // "ICMP port unreachable"; empty: it is no error
};

/// From an IP header on. Nothing for anything else, and for fragments. Of ICMP errors only
/// "destination unreachable", which alone says that nobody is there. UDP checksums are not looked
/// at: on a virtual link they are not worked out at all; ours is a matter of the branch.
std::optional<DsrPacket> parse_packet(std::span<const std::uint8_t> packet);

} // namespace sipsteer::health

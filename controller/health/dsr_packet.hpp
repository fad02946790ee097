// SPDX-License-Identifier: Apache-2.0
//
// The packets of a probe by the DSR path, as bytes: what is sent to a server, what comes back.
// Pure.
#pragma once

#include "health/endpoint.hpp"
#include "neighbours/next_hop.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::health {

/// A UDP datagram in a frame for the next hop, as the data plane would send it there: Ethernet, an
/// 802.1Q tag if the next hop has one, IPv4 or IPv6, UDP with checksum. Both addresses are of one
/// family.
std::vector<std::uint8_t> make_frame(const NextHop &next_hop, const Endpoint &from,
                                     const Endpoint &to, std::string_view payload);

/// A UDP datagram, or an ICMP error about one.
struct DsrPacket {
    Endpoint from; // of an ICMP error: those of the datagram that it quotes
    Endpoint to;
    std::string_view payload; // points into what was parsed; cut short in a quotation
    std::string icmp;         // "ICMP port unreachable"; empty: it is no error
};

/// From an IP header on. Nothing for anything else, for fragments and for IPv6 with extension
/// headers, which no answer to our requests has. UDP checksums are not looked at: on a virtual
/// link they are not worked out at all; ours is a matter of the branch.
std::optional<DsrPacket> parse_packet(std::span<const std::uint8_t> packet);

} // namespace sipsteer::health

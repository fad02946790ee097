// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "base/next_hop.hpp"
#include "packets/bytes.hpp"

#include <string_view>

namespace sipsteer::packets {

/// The UDP header and the payload, with their checksum (RFC 768; RFC 8200, 8.1). Both addresses of
/// one family; at most 65,000 bytes of payload. Pure.
Bytes udp_datagram(const Endpoint &from, const Endpoint &to, std::string_view payload);

/// A UDP datagram in a frame for the next hop, as the data plane would send it there: Ethernet, an
/// 802.1Q tag if the next hop has one, IPv4 or IPv6, UDP with checksum. Both addresses are of one
/// family.
Bytes make_frame(const NextHop &next_hop, const Endpoint &from, const Endpoint &to,
                 std::string_view payload);

} // namespace sipsteer::packets

// SPDX-License-Identifier: Apache-2.0
//
// Whole Ethernet frames of ARP (RFC 826) and neighbour discovery (RFC 4861). Pure.
#pragma once

#include "base/address.hpp"
#include "base/mac_address.hpp"
#include "packets/bytes.hpp"

namespace sipsteer::packets {

inline constexpr MacAddress kBroadcastMac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// Who sends: a MAC and an address that is there. An unspecified IPv4 address is a probe's
/// (RFC 5227, 2.1.1), which is answered like any other request.
struct FrameSender {
    MacAddress mac{};
    Address address;
};

/// An ARP request for `target`, both IPv4.
Bytes arp_request(const FrameSender &from, const MacAddress &to, const Address &target);

/// A neighbour advertisement to all nodes: the sender's address is at its MAC now, whatever was
/// known before (RFC 4861, 7.2.6).
Bytes neighbour_advertisement(const FrameSender &from);

/// A neighbour solicitation for `target`: to its owner at `to` or, without, to all that may be.
Bytes neighbour_solicitation(const FrameSender &from, const MacAddress *to, const Address &target);

} // namespace sipsteer::packets

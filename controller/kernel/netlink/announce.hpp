// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"
#include "kernel/netlink/link.hpp"
#include "packets/neighbour_frames.hpp"

namespace sipsteer {

/// Tells the segment that the address is at this interface now: neighbours that knew it elsewhere
/// (another director's MAC) would else send there until their entry goes stale. The kernel does
/// it by itself only with the sysctls arp_notify and ndisc_notify. Sent once, best effort.
Status announce_address(const LinkInfo &link, const Address &address);

/// The frame: an ARP announcement (RFC 5227, 3) or an unsolicited neighbour advertisement with
/// the override flag (RFC 4861, 7.2.6).
packets::Bytes announcement(const Address &address, const MacAddress &mac);

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#include "neighbours/announce.hpp"

#include "neighbours/frame_socket.hpp"

namespace sipsteer {

FrameBytes announcement(const Address &address, const MacAddress &mac) {
    const FrameSender from{mac, address};
    return address.is_ipv4() ? arp_request(from, kBroadcastMac, address)
                             : neighbour_advertisement(from);
}

Status announce_address(const LinkInfo &link, const Address &address) {
    const auto what = "cannot announce " + address.to_string() + " on interface " + link.name;
    if (!link.ethernet) {
        return Error{what + ": not Ethernet"};
    }
    FrameSocket socket;
    if (auto opened = socket.open(); !opened) {
        return Error{what + ": " + opened.error().message};
    }
    if (const int failed = socket.send(announcement(address, link.mac), link.ifindex)) {
        return system_error(what, failed);
    }
    return Done{};
}

} // namespace sipsteer

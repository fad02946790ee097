// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/announce.hpp"

#include "packets/packet_socket.hpp"

namespace sipsteer {

packets::Bytes announcement(const Address &address, const MacAddress &mac) {
    const packets::FrameSender from{mac, address};
    return address.is_ipv4() ? packets::arp_request(from, packets::kBroadcastMac, address)
                             : packets::neighbour_advertisement(from);
}

Status announce_address(const LinkInfo &link, const Address &address) {
    const auto what = "cannot announce " + address.to_string() + " on interface " + link.name;
    if (!link.ethernet) {
        return Error{what + ": not Ethernet"};
    }
    packets::PacketSocket socket;
    if (auto opened = socket.open(packets::PacketSocket::Path::Queues); !opened) {
        return Error{what + ": " + opened.error().message};
    }
    if (const int failed = socket.send(announcement(address, link.mac), link.ifindex)) {
        return system_error(what, failed);
    }
    return Done{};
}

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#include "fragments/packet_socket.hpp"

#include <linux/if_packet.h>
#include <sys/socket.h>

namespace sipsteer::fragments {

Status PacketSocket::open() {
    // Protocol 0: no packets are delivered to it.
    Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
        return system_error("cannot open a packet socket");
    }
    // Past queues and traffic control, as XDP sends: they would put a second VLAN tag on a frame
    // where they are what tags (vlan_tags).
    const int on = 1;
    if (::setsockopt(fd.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) {
        return system_error("cannot set PACKET_QDISC_BYPASS");
    }
    fd_ = std::move(fd);
    return Done{};
}

bool PacketSocket::send(const Frame &frame, std::uint32_t ifindex) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(ifindex);
    const auto sent = ::sendto(fd_.get(), frame.data(), frame.size(), 0,
                               reinterpret_cast<const sockaddr *>(&to), sizeof(to));
    return sent == static_cast<ssize_t>(frame.size());
}

} // namespace sipsteer::fragments

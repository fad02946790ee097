// SPDX-License-Identifier: Apache-2.0
#include "neighbours/frame_socket.hpp"

#include <cerrno>
#include <cstring>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace sipsteer {

Status FrameSocket::open() {
    // Protocol 0: no packets are delivered to it. Never blocks the event loop.
    fd_ = Fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd_) {
        return system_error("cannot open a packet socket");
    }
    return Done{};
}

int FrameSocket::send(const FrameBytes &frame, std::uint32_t ifindex) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    std::memcpy(&to.sll_protocol, &frame[12], sizeof(to.sll_protocol)); // the frame's own
    to.sll_ifindex = static_cast<int>(ifindex);
    const auto sent = ::sendto(fd_.get(), frame.data(), frame.size(), 0,
                               reinterpret_cast<const sockaddr *>(&to), sizeof(to));
    return sent < 0 ? errno : 0;
}

} // namespace sipsteer

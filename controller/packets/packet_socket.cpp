// SPDX-License-Identifier: Apache-2.0
#include "packets/packet_socket.hpp"

#include <cerrno>
#include <cstring>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <utility>

namespace sipsteer::packets {

namespace {

constexpr std::size_t kEtherType = 12; // where it is in a frame

} // namespace

Status PacketSocket::open(Path path) {
    // Protocol 0: no packets are delivered to it.
    Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
        return system_error("cannot open a packet socket");
    }
    const int on = 1;
    if (path == Path::Direct &&
        ::setsockopt(fd.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) {
        return system_error("cannot set PACKET_QDISC_BYPASS");
    }
    fd_ = std::move(fd);
    return Done{};
}

int PacketSocket::send(std::span<const std::uint8_t> frame, std::uint32_t ifindex) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    std::memcpy(&to.sll_protocol, &frame[kEtherType], sizeof(to.sll_protocol));
    to.sll_ifindex = static_cast<int>(ifindex);
    const auto sent = ::sendto(fd_.get(), frame.data(), frame.size(), 0,
                               reinterpret_cast<const sockaddr *>(&to), sizeof(to));
    return sent < 0 ? errno : 0;
}

} // namespace sipsteer::packets

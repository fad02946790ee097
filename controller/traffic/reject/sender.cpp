// SPDX-License-Identifier: Apache-2.0
#include "traffic/reject/sender.hpp"

#include <cerrno>
#include <cstring>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sipsteer::reject {

namespace {

bool set_option(const Fd &fd, int level, int name, int value) {
    return ::setsockopt(fd.get(), level, name, &value, sizeof(value)) == 0;
}

/// A raw socket is handed a copy of every UDP datagram that reaches the host: none of them, please.
bool receive_nothing(const Fd &fd) {
    sock_filter reject_all = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &reject_all};
    return ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

Fd raw_socket(int family) {
    return Fd(::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
}

/// Never "do not fragment": a client whose path is narrow would not get a long answer.
bool prepare_ipv4(const Fd &fd) {
    return receive_nothing(fd) && set_option(fd, SOL_IP, IP_TRANSPARENT, 1) &&
           set_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
}

bool prepare_ipv6(const Fd &fd) {
    return receive_nothing(fd) && set_option(fd, SOL_IPV6, IPV6_TRANSPARENT, 1) &&
           set_option(fd, SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
}

template <typename Info>
int send_from(const Fd &fd, int level, int type, const Info &info, sockaddr *to, socklen_t size,
              std::vector<std::uint8_t> datagram) {
    iovec data{datagram.data(), datagram.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(Info))] = {};
    msghdr message{};
    message.msg_name = to;
    message.msg_namelen = size;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof(Info));
    std::memcpy(CMSG_DATA(header), &info, sizeof(info));
    return ::sendmsg(fd.get(), &message, 0) < 0 ? errno : 0;
}

} // namespace

Status Sender::open() {
    ipv4_ = raw_socket(AF_INET);
    if (!ipv4_ || !prepare_ipv4(ipv4_)) {
        return system_error("cannot open a raw socket");
    }
    ipv6_ = raw_socket(AF_INET6);
    if (!ipv6_ && errno == EAFNOSUPPORT) {
        return Done{};
    }
    if (!ipv6_ || !prepare_ipv6(ipv6_)) {
        return system_error("cannot open a raw IPv6 socket");
    }
    return Done{};
}

int Sender::send(const Endpoint &from, const Endpoint &to, std::string_view payload) const {
    const bool ipv4 = to.address.is_ipv4();
    if (ipv4 != from.address.is_ipv4() || to.address.is_multicast() || to.address.is_loopback() ||
        to.address.is_unspecified() || to.port == 0) {
        return EINVAL;
    }
    auto datagram = packets::udp_datagram(from, to, payload);
    if (ipv4) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        const auto bytes = to.address.ipv4_bytes();
        std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
        in_pktinfo info{};
        const auto source = from.address.ipv4_bytes();
        std::memcpy(&info.ipi_spec_dst, source.data(), source.size());
        return send_from(ipv4_, SOL_IP, IP_PKTINFO, info, reinterpret_cast<sockaddr *>(&address),
                         sizeof(address), std::move(datagram));
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, to.address.bytes().data(), sizeof(address.sin6_addr));
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, from.address.bytes().data(), sizeof(info.ipi6_addr));
    return send_from(ipv6_, SOL_IPV6, IPV6_PKTINFO, info, reinterpret_cast<sockaddr *>(&address),
                     sizeof(address), std::move(datagram));
}

} // namespace sipsteer::reject

// SPDX-License-Identifier: Apache-2.0
#include "packets/icmp_error.hpp"

#include <array>
#include <cstring>
#include <ctime>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

namespace sipsteer::packets {

namespace {

std::string icmp4_text(std::uint8_t type, std::uint8_t code) {
    if (type != ICMP_DEST_UNREACH) {
        return type == ICMP_TIME_EXCEEDED ? "ICMP time exceeded"
                                          : "ICMP error of type " + std::to_string(type);
    }
    switch (code) {
    case ICMP_NET_UNREACH:
        return "ICMP network unreachable";
    case ICMP_HOST_UNREACH:
        return "ICMP host unreachable";
    case ICMP_PROT_UNREACH:
        return "ICMP protocol unreachable";
    case ICMP_PORT_UNREACH:
        return "ICMP port unreachable";
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
        return "ICMP administratively prohibited";
    default:
        return "ICMP destination unreachable, code " + std::to_string(code);
    }
}

std::string icmp6_text(std::uint8_t type, std::uint8_t code) {
    constexpr std::uint8_t kUnreachable = 1; // RFC 4443, 3.1
    constexpr std::uint8_t kTimeExceeded = 3;
    if (type != kUnreachable) {
        return type == kTimeExceeded ? "ICMP time exceeded"
                                     : "ICMP error of type " + std::to_string(type);
    }
    switch (code) {
    case 0:
        return "ICMP no route";
    case 1:
        return "ICMP administratively prohibited";
    case 3:
        return "ICMP host unreachable";
    case 4:
        return "ICMP port unreachable";
    default:
        return "ICMP destination unreachable, code " + std::to_string(code);
    }
}

Endpoint endpoint_of(const sockaddr_storage &address) {
    if (address.ss_family == AF_INET) {
        sockaddr_in in;
        std::memcpy(&in, &address, sizeof(in));
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
        return {Address::from_ipv4(bytes), ntohs(in.sin_port)};
    }
    sockaddr_in6 in6;
    std::memcpy(&in6, &address, sizeof(in6));
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
    return {Address::from_bytes(bytes), ntohs(in6.sin6_port)};
}

std::optional<sock_extended_err> extended_error(msghdr &message) {
    for (auto *part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if ((part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
            (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR)) {
            sock_extended_err error;
            std::memcpy(&error, CMSG_DATA(part), sizeof(error));
            return error;
        }
    }
    return std::nullopt;
}

} // namespace

std::string icmp_text(bool ipv6, std::uint8_t type, std::uint8_t code) {
    return ipv6 ? icmp6_text(type, code) : icmp4_text(type, code);
}

bool keep_errors(int fd, bool ipv6) {
    const int on = 1;
    return ::setsockopt(fd, ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR, &on,
                        sizeof(on)) == 0;
}

std::optional<SocketError> take_error(int fd) {
    sockaddr_storage destination{};
    alignas(cmsghdr) std::array<char, 512> control{};
    msghdr message{};
    message.msg_name = &destination;
    message.msg_namelen = sizeof(destination);
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return std::nullopt;
    }
    SocketError result;
    result.destination = endpoint_of(destination);
    const auto error = extended_error(message);
    if (!error) {
        result.text = "unknown error";
        return result;
    }
    result.icmp = error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;
    result.text = result.icmp ? icmp_text(error->ee_origin == SO_EE_ORIGIN_ICMP6, error->ee_type,
                                          error->ee_code)
                              : std::strerror(static_cast<int>(error->ee_errno));
    return result;
}

} // namespace sipsteer::packets

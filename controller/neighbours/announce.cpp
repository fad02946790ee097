// SPDX-License-Identifier: Apache-2.0
#include "neighbours/announce.hpp"

#include "util/fd.hpp"

#include <arpa/inet.h>
#include <initializer_list>
#include <linux/if_packet.h>
#include <netinet/if_ether.h>
#include <sys/socket.h>

namespace sipsteer {

namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename Range>
void append(Bytes &to, const Range &bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append(Bytes &to, std::initializer_list<std::uint8_t> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

Bytes arp_announcement(const Address &address, const MacAddress &mac) {
    Bytes frame(6, 0xff);
    append(frame, mac);
    append(frame, {0x08, 0x06});                   // ARP
    append(frame, {0, 1, 0x08, 0x00, 6, 4, 0, 1}); // Ethernet, IPv4, a request
    append(frame, mac);                            // sender: this MAC
    append(frame, address.ipv4_bytes());           // and the address
    append(frame, {0, 0, 0, 0, 0, 0});             // target MAC: not asked for
    append(frame, address.ipv4_bytes());           // target: the same address
    return frame;
}

/// RFC 1071. `bytes` has an even length.
std::uint16_t checksum(const Bytes &bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

Bytes neighbour_advertisement(const Address &address, const MacAddress &mac) {
    constexpr std::array<std::uint8_t, 16> kAllNodes = {0xff, 2, 0, 0, 0, 0, 0, 0,
                                                        0,    0, 0, 0, 0, 0, 0, 1};
    constexpr std::uint8_t kSize = 32;
    Bytes message = {136, 0, 0, 0, 0x20, 0, 0, 0}; // type, code, checksum, override flag
    append(message, address.bytes());
    append(message, {2, 1}); // target link-layer address, 8 bytes
    append(message, mac);

    Bytes pseudo(address.bytes().begin(), address.bytes().end()); // RFC 8200, 8.1
    append(pseudo, kAllNodes);
    append(pseudo, {0, 0, 0, kSize, 0, 0, 0, IPPROTO_ICMPV6});
    append(pseudo, message);
    const auto sum = checksum(pseudo);
    message[2] = static_cast<std::uint8_t>(sum >> 8);
    message[3] = static_cast<std::uint8_t>(sum & 0xff);

    Bytes frame = {0x33, 0x33, 0, 0, 0, 1};
    append(frame, mac);
    append(frame, {0x86, 0xdd});
    append(frame, {0x60, 0, 0, 0, 0, kSize, IPPROTO_ICMPV6, 255});
    append(frame, address.bytes());
    append(frame, kAllNodes);
    append(frame, message);
    return frame;
}

} // namespace

Bytes announcement(const Address &address, const MacAddress &mac) {
    return address.is_ipv4() ? arp_announcement(address, mac)
                             : neighbour_advertisement(address, mac);
}

Status announce_address(const LinkInfo &link, const Address &address) {
    const auto what = "cannot announce " + address.to_string() + " on interface " + link.name;
    if (!link.ethernet) {
        return Error{what + ": not Ethernet"};
    }
    const Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)); // protocol 0: receives nothing
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(address.is_ipv4() ? ETH_P_ARP : ETH_P_IPV6);
    to.sll_ifindex = static_cast<int>(link.ifindex);
    const auto frame = announcement(address, link.mac);
    if (!fd || ::sendto(fd.get(), frame.data(), frame.size(), 0,
                        reinterpret_cast<const sockaddr *>(&to), sizeof(to)) < 0) {
        return system_error(what);
    }
    return Done{};
}

} // namespace sipsteer

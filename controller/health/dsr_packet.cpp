// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_packet.hpp"

#include "health/icmp_error.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>

namespace sipsteer::health {

namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

constexpr std::uint8_t kHops = 64;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kIcmpHeader = 8;

template <typename Range>
void append(Bytes &to, const Range &bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append16(Bytes &to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8 & 0xff));
    to.push_back(static_cast<std::uint8_t>(value & 0xff));
}

void put16(Bytes &in, std::size_t at, std::uint16_t value) {
    in[at] = static_cast<std::uint8_t>(value >> 8);
    in[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

std::uint16_t get16(View bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// RFC 1071; an odd last byte counts as if a zero followed.
std::uint16_t checksum(View bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum +=
            static_cast<std::uint32_t>(bytes[i] << 8 | (i + 1 < bytes.size() ? bytes[i + 1] : 0));
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

void append_address(Bytes &to, const Address &address) {
    if (address.is_ipv4()) {
        append(to, address.ipv4_bytes());
    } else {
        append(to, address.bytes());
    }
}

Bytes udp_datagram(const Endpoint &from, const Endpoint &to, std::string_view payload) {
    const std::size_t size = kUdpHeader + payload.size();
    Bytes datagram;
    append16(datagram, from.port);
    append16(datagram, to.port);
    append16(datagram, size);
    append16(datagram, 0); // the checksum, below
    append(datagram, payload);

    Bytes pseudo; // RFC 768; RFC 8200, 8.1: the same sum, for the zeros do not count
    append_address(pseudo, from.address);
    append_address(pseudo, to.address);
    append16(pseudo, IPPROTO_UDP);
    append16(pseudo, size);
    append(pseudo, datagram);
    const auto sum = checksum(pseudo);
    put16(datagram, 6, sum == 0 ? 0xffff : sum);
    return datagram;
}

Bytes ip_header(const Address &from, const Address &to, std::size_t payload) {
    Bytes header;
    if (from.is_ipv4()) {
        header = {0x45, 0};
        append16(header, kIpv4Header + payload);
        append16(header, 0);      // identification: of no use in an atomic datagram (RFC 6864)
        append16(header, 0x4000); // do not fragment
        header.push_back(kHops);
        header.push_back(IPPROTO_UDP);
        append16(header, 0);
    } else {
        header = {0x60, 0, 0, 0};
        append16(header, payload);
        header.push_back(IPPROTO_UDP);
        header.push_back(kHops);
    }
    append_address(header, from);
    append_address(header, to);
    if (from.is_ipv4()) {
        put16(header, 10, checksum(header));
    }
    return header;
}

/// An IP packet, opened: what it carries, and between whom.
struct IpPacket {
    bool ipv6 = false;
    std::uint8_t protocol = 0;
    Address from;
    Address to;
    View payload;
};

std::optional<IpPacket> open_ipv4(View packet) {
    const std::size_t header = packet.size() < kIpv4Header ? 0 : (packet[0] & 15U) * 4;
    if (header < kIpv4Header || packet.size() < header || (get16(packet, 6) & 0x3fff) != 0) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 4> from;
    std::array<std::uint8_t, 4> to;
    std::copy_n(packet.begin() + 12, 4, from.begin());
    std::copy_n(packet.begin() + 16, 4, to.begin());
    // A short frame is padded; a quotation is shorter than its length.
    const std::size_t size = std::min<std::size_t>(packet.size(), get16(packet, 2));
    return IpPacket{false, packet[9], Address::from_ipv4(from), Address::from_ipv4(to),
                    packet.subspan(header, std::max(size, header) - header)};
}

std::optional<IpPacket> open_ipv6(View packet) {
    if (packet.size() < kIpv6Header) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 16> from;
    std::array<std::uint8_t, 16> to;
    std::copy_n(packet.begin() + 8, 16, from.begin());
    std::copy_n(packet.begin() + 24, 16, to.begin());
    const std::size_t size = std::min<std::size_t>(packet.size() - kIpv6Header, get16(packet, 4));
    return IpPacket{true, packet[6], Address::from_bytes(from), Address::from_bytes(to),
                    packet.subspan(kIpv6Header, size)};
}

std::optional<IpPacket> open_ip(View packet) {
    if (packet.empty()) {
        return std::nullopt;
    }
    switch (packet[0] >> 4) {
    case 4:
        return open_ipv4(packet);
    case 6:
        return open_ipv6(packet);
    default:
        return std::nullopt;
    }
}

std::optional<DsrPacket> open_udp(const IpPacket &ip) {
    if (ip.protocol != IPPROTO_UDP || ip.payload.size() < kUdpHeader) {
        return std::nullopt;
    }
    const auto payload = ip.payload.subspan(kUdpHeader);
    return DsrPacket{{ip.from, get16(ip.payload, 0)},
                     {ip.to, get16(ip.payload, 2)},
                     {reinterpret_cast<const char *>(payload.data()), payload.size()},
                     {}};
}

/// Destination unreachable: the only error that says that nobody is there.
std::optional<DsrPacket> open_icmp(const IpPacket &ip) {
    const std::uint8_t unreachable = ip.ipv6 ? 1 : 3;
    const std::uint8_t icmp = ip.ipv6 ? std::uint8_t{IPPROTO_ICMPV6} : std::uint8_t{IPPROTO_ICMP};
    if (ip.protocol != icmp || ip.payload.size() < kIcmpHeader || ip.payload[0] != unreachable) {
        return std::nullopt;
    }
    const auto quoted = open_ip(ip.payload.subspan(kIcmpHeader));
    auto packet = quoted ? open_udp(*quoted) : std::nullopt;
    if (packet) {
        packet->icmp = icmp_text(ip.ipv6, ip.payload[0], ip.payload[1]);
    }
    return packet;
}

} // namespace

std::vector<std::uint8_t> make_frame(const NextHop &next_hop, const Endpoint &from,
                                     const Endpoint &to, std::string_view payload) {
    Bytes frame(next_hop.mac.begin(), next_hop.mac.end());
    append(frame, next_hop.source_mac);
    if (next_hop.vlan != 0) {
        append16(frame, 0x8100);
        append16(frame, next_hop.vlan);
    }
    append16(frame, from.address.is_ipv4() ? 0x0800 : 0x86dd);
    const auto datagram = udp_datagram(from, to, payload);
    append(frame, ip_header(from.address, to.address, datagram.size()));
    append(frame, datagram);
    return frame;
}

std::optional<DsrPacket> parse_packet(std::span<const std::uint8_t> packet) {
    const auto ip = open_ip(packet);
    if (!ip) {
        return std::nullopt;
    }
    auto udp = open_udp(*ip);
    return udp ? udp : open_icmp(*ip);
}

} // namespace sipsteer::health

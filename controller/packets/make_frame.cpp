// SPDX-License-Identifier: Apache-2.0
#include "packets/make_frame.hpp"

#include <net/ethernet.h>
#include <netinet/in.h>

namespace sipsteer::packets {

namespace {

constexpr std::uint8_t kHops = 64;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv4Checksum = 10; // where it is
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kUdpChecksum = 6; // where it is

Bytes ip_header(const Address &from, const Address &to, std::size_t payload) {
    Bytes header;
    if (from.is_ipv4()) {
        header = {0x45, 0};
        append16(header, kIpv4Header + payload);
        append16(header, 0);      // identification: of no use in an atomic datagram (RFC 6864)
        append16(header, 0x4000); // do not fragment
        append(header, {kHops, IPPROTO_UDP});
        append16(header, 0);
    } else {
        header = {0x60, 0, 0, 0};
        append16(header, payload);
        append(header, {IPPROTO_UDP, kHops});
    }
    append_address(header, from);
    append_address(header, to);
    if (from.is_ipv4()) {
        put16(header, kIpv4Checksum, checksum(header));
    }
    return header;
}

} // namespace

Bytes udp_datagram(const Endpoint &from, const Endpoint &to, std::string_view payload) {
    const std::size_t size = kUdpHeader + payload.size();
    Bytes datagram;
    datagram.reserve(size);
    append16(datagram, from.port);
    append16(datagram, to.port);
    append16(datagram, size);
    append16(datagram, 0); // the checksum, below
    append(datagram, payload);
    const auto sum = checksum(from.address, to.address, IPPROTO_UDP, datagram);
    put16(datagram, kUdpChecksum, sum == 0 ? 0xffff : sum); // 0 means none
    return datagram;
}

Bytes make_frame(const NextHop &next_hop, const Endpoint &from, const Endpoint &to,
                 std::string_view payload) {
    Bytes frame(next_hop.mac.begin(), next_hop.mac.end());
    append(frame, next_hop.source_mac);
    if (next_hop.vlan != 0) {
        append16(frame, ETHERTYPE_VLAN);
        append16(frame, next_hop.vlan);
    }
    append16(frame, from.address.is_ipv4() ? ETHERTYPE_IP : ETHERTYPE_IPV6);
    const auto datagram = udp_datagram(from, to, payload);
    append(frame, ip_header(from.address, to.address, datagram.size()));
    append(frame, datagram);
    return frame;
}

} // namespace sipsteer::packets

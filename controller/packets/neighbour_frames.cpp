// SPDX-License-Identifier: Apache-2.0
#include "packets/neighbour_frames.hpp"

#include <array>
#include <netinet/in.h>

namespace sipsteer::packets {

namespace {

/// The message in a frame; its checksum is filled in. Less than 256 bytes, an even number.
Bytes icmpv6_frame(const FrameSender &from, const MacAddress &to_mac, const Address &to,
                   Bytes message) {
    const auto size = static_cast<std::uint8_t>(message.size());
    put16(message, 2, checksum(from.address, to, IPPROTO_ICMPV6, message));

    Bytes frame(to_mac.begin(), to_mac.end());
    append(frame, from.mac);
    append(frame, {0x86, 0xdd});
    // Others than with hop limit 255 are ignored: they could have come from afar.
    append(frame, {0x60, 0, 0, 0, 0, size, IPPROTO_ICMPV6, 255});
    append(frame, from.address.bytes());
    append(frame, to.bytes());
    append(frame, message);
    return frame;
}

/// 33:33 and the last four bytes of a multicast address (RFC 2464, 7).
MacAddress multicast_mac(const Address &address) {
    const auto &bytes = address.bytes();
    return {0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]};
}

/// RFC 4291, 2.7.1
Address solicited_node(const Address &address) {
    std::array<std::uint8_t, 16> bytes = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0};
    std::copy(address.bytes().begin() + 13, address.bytes().end(), bytes.begin() + 13);
    return Address::from_bytes(bytes);
}

} // namespace

Bytes arp_request(const FrameSender &from, const MacAddress &to, const Address &target) {
    const std::array<std::uint8_t, 4> nobody{};
    Bytes frame(to.begin(), to.end());
    append(frame, from.mac);
    append(frame, {0x08, 0x06});                   // ARP
    append(frame, {0, 1, 0x08, 0x00, 6, 4, 0, 1}); // Ethernet, IPv4, a request
    append(frame, from.mac);
    append(frame, from.address.is_ipv4() ? from.address.ipv4_bytes() : nobody);
    append(frame, {0, 0, 0, 0, 0, 0}); // target MAC: that is the question
    append(frame, target.ipv4_bytes());
    return frame;
}

Bytes neighbour_advertisement(const FrameSender &from) {
    constexpr std::array<std::uint8_t, 16> kAllNodes = {0xff, 2, 0, 0, 0, 0, 0, 0,
                                                        0,    0, 0, 0, 0, 0, 0, 1};
    const auto all = Address::from_bytes(kAllNodes);
    Bytes message = {136, 0, 0, 0, 0x20, 0, 0, 0}; // type, code, checksum, override flag
    append(message, from.address.bytes());
    append(message, {2, 1}); // target link-layer address, 8 bytes
    append(message, from.mac);
    return icmpv6_frame(from, multicast_mac(all), all, std::move(message));
}

Bytes neighbour_solicitation(const FrameSender &from, const MacAddress *to, const Address &target) {
    Bytes message = {135, 0, 0, 0, 0, 0, 0, 0};
    append(message, target.bytes());
    append(message, {1, 1}); // source link-layer address, 8 bytes
    append(message, from.mac);
    const auto group = solicited_node(target);
    return to != nullptr ? icmpv6_frame(from, *to, target, std::move(message))
                         : icmpv6_frame(from, multicast_mac(group), group, std::move(message));
}

} // namespace sipsteer::packets

// SPDX-License-Identifier: Apache-2.0
#include "neighbours/frames.hpp"

#include <array>
#include <initializer_list>
#include <netinet/in.h>

namespace sipsteer {

namespace {

template <typename Range>
void append(FrameBytes &to, const Range &bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append(FrameBytes &to, std::initializer_list<std::uint8_t> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

/// RFC 1071. `bytes` has an even length.
std::uint16_t checksum(const FrameBytes &bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

/// The message in a frame; its checksum is filled in. Less than 256 bytes, an even number.
FrameBytes icmpv6_frame(const FrameSender &from, const MacAddress &to_mac, const Address &to,
                        FrameBytes message) {
    const auto size = static_cast<std::uint8_t>(message.size());
    FrameBytes pseudo(from.address.bytes().begin(), from.address.bytes().end()); // RFC 8200, 8.1
    append(pseudo, to.bytes());
    append(pseudo, {0, 0, 0, size, 0, 0, 0, IPPROTO_ICMPV6});
    append(pseudo, message);
    const auto sum = checksum(pseudo);
    message[2] = static_cast<std::uint8_t>(sum >> 8);
    message[3] = static_cast<std::uint8_t>(sum & 0xff);

    FrameBytes frame(to_mac.begin(), to_mac.end());
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

FrameBytes arp_request(const FrameSender &from, const MacAddress &to, const Address &target) {
    const std::array<std::uint8_t, 4> nobody{};
    FrameBytes frame(to.begin(), to.end());
    append(frame, from.mac);
    append(frame, {0x08, 0x06});                   // ARP
    append(frame, {0, 1, 0x08, 0x00, 6, 4, 0, 1}); // Ethernet, IPv4, a request
    append(frame, from.mac);
    append(frame, from.address.is_ipv4() ? from.address.ipv4_bytes() : nobody);
    append(frame, {0, 0, 0, 0, 0, 0}); // target MAC: that is the question
    append(frame, target.ipv4_bytes());
    return frame;
}

FrameBytes neighbour_advertisement(const FrameSender &from) {
    constexpr std::array<std::uint8_t, 16> kAllNodes = {0xff, 2, 0, 0, 0, 0, 0, 0,
                                                        0,    0, 0, 0, 0, 0, 0, 1};
    const auto all = Address::from_bytes(kAllNodes);
    FrameBytes message = {136, 0, 0, 0, 0x20, 0, 0, 0}; // type, code, checksum, override flag
    append(message, from.address.bytes());
    append(message, {2, 1}); // target link-layer address, 8 bytes
    append(message, from.mac);
    return icmpv6_frame(from, multicast_mac(all), all, std::move(message));
}

FrameBytes neighbour_solicitation(const FrameSender &from, const MacAddress *to,
                                  const Address &target) {
    FrameBytes message = {135, 0, 0, 0, 0, 0, 0, 0};
    append(message, target.bytes());
    append(message, {1, 1}); // source link-layer address, 8 bytes
    append(message, from.mac);
    const auto group = solicited_node(target);
    return to != nullptr ? icmpv6_frame(from, *to, target, std::move(message))
                         : icmpv6_frame(from, multicast_mac(group), group, std::move(message));
}

} // namespace sipsteer

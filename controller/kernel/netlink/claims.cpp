// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/claims.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>

namespace sipsteer {

namespace {

MacAddress mac_at(std::span<const std::uint8_t> bytes) {
    MacAddress mac{};
    std::copy_n(bytes.begin(), mac.size(), mac.begin());
    return mac;
}

/// Target link-layer address (RFC 4861, 4.6.1): type 2, length 1 (of eight bytes).
std::optional<MacAddress> target_mac(std::span<const std::uint8_t> options) {
    while (options.size() >= 8) {
        const std::size_t size = std::size_t{options[1]} * 8;
        if (size == 0 || size > options.size()) {
            break;
        }
        if (options[0] == 2 && size == 8) {
            return mac_at(options.subspan(2));
        }
        options = options.subspan(size);
    }
    return std::nullopt;
}

} // namespace

std::optional<Claim> arp_claim(std::span<const std::uint8_t> packet) {
    constexpr std::array<std::uint8_t, 8> kReply = {0, 1, 8, 0, 6, 4, 0, 2}; // Ethernet, IPv4
    constexpr std::size_t kSize = 28;
    if (packet.size() < kSize || !std::equal(kReply.begin(), kReply.end(), packet.begin())) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 4> address;
    std::copy_n(packet.begin() + 14, address.size(), address.begin());
    return Claim{Address::from_ipv4(address), mac_at(packet.subspan(8))};
}

std::optional<Claim> advertisement_claim(std::span<const std::uint8_t> packet,
                                         const MacAddress &frame_source) {
    constexpr std::size_t kIpv6 = 40;
    constexpr std::size_t kAdvertisement = 24;
    constexpr std::uint8_t kType = 136;
    if (packet.size() < kIpv6 + kAdvertisement || packet[0] >> 4 != 6 ||
        packet[6] != IPPROTO_ICMPV6 || packet[kIpv6] != kType) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 16> address;
    std::copy_n(packet.begin() + kIpv6 + 8, address.size(), address.begin());
    const auto mac = target_mac(packet.subspan(kIpv6 + kAdvertisement));
    return Claim{Address::from_bytes(address), mac.value_or(frame_source)};
}

} // namespace sipsteer

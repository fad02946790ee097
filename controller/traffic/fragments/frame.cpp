// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/frame.hpp"

#include <algorithm>
#include <iterator>
#include <net/ethernet.h>

namespace sipsteer::fragments {

namespace {

constexpr std::size_t kAddresses = 12; // destination and source MAC
constexpr std::size_t kTag = 4;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv4Checksum = 10;
constexpr std::size_t kIpv4Destination = 16;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kIpv6Destination = 24;
constexpr std::uint8_t kPriorityBits = 0xf0; // PCP and DEI, in the first byte of the TCI

/// The tag of the server's VLAN. A frame that was tagged keeps its priority.
void append_tag(packets::Bytes &out, const ss_held &held, std::span<const std::uint8_t> frame,
                std::uint16_t vlan) {
    const std::uint8_t priority = held.tags == 1 ? frame[kAddresses + 2] & kPriorityBits : 0;
    out.push_back(ETHERTYPE_VLAN >> 8);
    out.push_back(ETHERTYPE_VLAN & 0xff);
    out.push_back(static_cast<std::uint8_t>(priority | (vlan >> 8)));
    out.push_back(static_cast<std::uint8_t>(vlan & 0xff));
}

/// Of an IP header that begins the bytes; a later fragment has no other checksum. False: it does
/// not fit, or no code stands for the VIP.
bool readdress(std::span<std::uint8_t> ip, const ss_server &server, std::uint8_t dscp) {
    if (dscp == 0 || ip.empty()) {
        return false;
    }
    if (ip[0] >> 4 == 6 && ip.size() >= kIpv6Header) {
        ip[0] = static_cast<std::uint8_t>((ip[0] & 0xf0) | dscp >> 2);
        ip[1] = static_cast<std::uint8_t>((dscp & 3) << 6 | (ip[1] & 0x3f));
        std::copy_n(server.address, 16, ip.begin() + kIpv6Destination);
        return true;
    }
    const std::size_t header = std::size_t{ip[0] & 0xfU} * 4;
    if (ip[0] >> 4 != 4 || header < kIpv4Header || ip.size() < header ||
        packets::checksum(ip.first(header)) != 0) { // a broken one is not to become right
        return false;
    }
    ip[1] = static_cast<std::uint8_t>(dscp << 2 | (ip[1] & 3));
    std::copy_n(server.address + 12, 4, ip.begin() + kIpv4Destination);
    ip[kIpv4Checksum] = 0;
    ip[kIpv4Checksum + 1] = 0;
    const auto sum = packets::checksum(ip.first(header));
    ip[kIpv4Checksum] = static_cast<std::uint8_t>(sum >> 8);
    ip[kIpv4Checksum + 1] = static_cast<std::uint8_t>(sum & 0xff);
    return true;
}

} // namespace

std::optional<packets::Bytes> frame_for_server(const ss_held &held,
                                               std::span<const std::uint8_t> frame,
                                               const ss_server &server, std::uint8_t dscp) {
    if (held.tags > 2 || held.ip != ETHER_HDR_LEN + held.tags * kTag || frame.size() < held.ip) {
        return std::nullopt;
    }
    packets::Bytes out;
    out.reserve(frame.size() + kTag);
    std::copy(std::begin(server.mac), std::end(server.mac), std::back_inserter(out));
    std::copy(std::begin(server.source_mac), std::end(server.source_mac), std::back_inserter(out));
    std::size_t rest = held.ip - 2U; // the EtherType of what follows the tags
    if (held.tags == 2) {
        rest = kAddresses; // QinQ is a provider's business: left
    } else if (server.vlan != 0) {
        append_tag(out, held, frame, server.vlan);
    }
    const auto from = frame.subspan(rest);
    out.insert(out.end(), from.begin(), from.end());
    const auto ip = std::span(out).subspan(out.size() - (frame.size() - held.ip));
    if ((server.flags & SS_SERVER_DSCP) != 0 && !readdress(ip, server, dscp)) {
        return std::nullopt;
    }
    return out;
}

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/frame.hpp"

#include <algorithm>
#include <iterator>
#include <net/ethernet.h>

namespace sipsteer::fragments {

namespace {

constexpr std::size_t kAddresses = 12; // destination and source MAC
constexpr std::size_t kTag = 4;
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

} // namespace

std::optional<packets::Bytes> frame_for_server(const ss_held &held,
                                               std::span<const std::uint8_t> frame,
                                               const ss_server &server) {
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
    return out;
}

} // namespace sipsteer::fragments

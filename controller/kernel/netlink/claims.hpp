// SPDX-License-Identifier: Apache-2.0
//
// Answers to ARP requests (RFC 826) and neighbour solicitations (RFC 4861). Pure.
#pragma once

#include "base/address.hpp"
#include "base/next_hop.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sipsteer {

/// Somebody says: this address is at this MAC.
struct Claim {
    Address address;
    MacAddress mac{};
};

/// Of an ARP reply, from its header on.
std::optional<Claim> arp_claim(std::span<const std::uint8_t> packet);

/// Of a neighbour advertisement, from the IPv6 header on. `frame_source` counts if it names no MAC
/// (RFC 4861, 4.4).
std::optional<Claim> advertisement_claim(std::span<const std::uint8_t> packet,
                                         const MacAddress &frame_source);

} // namespace sipsteer

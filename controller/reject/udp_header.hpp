// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/address.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::reject {

/// An address and a port in host byte order.
struct Endpoint {
    Address address;
    std::uint16_t port = 0;
};

/// The UDP header and the payload, with their checksum (RFC 768; RFC 8200, 8.1). Both addresses of
/// one family; at most 65,000 bytes of payload. Pure.
std::vector<std::uint8_t> udp_datagram(const Endpoint &from, const Endpoint &to,
                                       std::string_view payload);

} // namespace sipsteer::reject

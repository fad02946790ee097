// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace sipsteer {

/// An address and a port (host byte order).
struct Endpoint {
    Address address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint &) const = default;
};

/// "192.0.2.1", "[2001:db8::1]": as it stands in URIs and Via (RFC 3261, 25.1, IPv6reference).
inline std::string host_text(const Address &address) {
    return address.is_ipv4() ? address.to_string() : "[" + address.to_string() + "]";
}

/// "192.0.2.1:5060"
inline std::string to_string(const Endpoint &endpoint) {
    return host_text(endpoint.address) + ":" + std::to_string(endpoint.port);
}

} // namespace sipsteer

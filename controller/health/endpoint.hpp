// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/address.hpp"

#include <boost/asio/ip/address.hpp>
#include <compare>
#include <cstdint>
#include <string>

namespace sipsteer::health {

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

inline boost::asio::ip::address to_asio(const Address &address) {
    if (address.is_ipv4()) {
        return boost::asio::ip::address_v4(address.ipv4_bytes());
    }
    return boost::asio::ip::address_v6(address.bytes());
}

inline Address from_asio(const boost::asio::ip::address &address) {
    return address.is_v4() ? Address::from_ipv4(address.to_v4().to_bytes())
                           : Address::from_bytes(address.to_v6().to_bytes());
}

/// Of Protocol udp or tcp.
template <typename Protocol>
typename Protocol::endpoint to_asio(const Endpoint &endpoint) {
    return {to_asio(endpoint.address), endpoint.port};
}

template <typename AsioEndpoint>
Endpoint from_asio_endpoint(const AsioEndpoint &endpoint) {
    return {from_asio(endpoint.address()), endpoint.port()};
}

} // namespace sipsteer::health

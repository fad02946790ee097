// SPDX-License-Identifier: Apache-2.0
//
// Addresses and endpoints of ours as Asio has them, and back.
#pragma once

#include "base/endpoint.hpp"

#include <boost/asio/ip/address.hpp>

namespace sipsteer {

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

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#include "http/client_address.hpp"

#include "base/address.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>

namespace sipsteer::http {

namespace {

constexpr std::size_t kPrefix = 8; // bytes of an IPv6 address: one network, one owner

template <typename Native>
Native native(const boost::asio::generic::stream_protocol::endpoint &endpoint) {
    Native address{};
    std::memcpy(&address, endpoint.data(), std::min(sizeof(address), endpoint.size()));
    return address;
}

} // namespace

ClientAddress client_address(const StreamSocket &socket) {
    boost::system::error_code failed;
    const auto endpoint = socket.remote_endpoint(failed);
    if (failed) {
        return {}; // gone already
    }
    if (endpoint.protocol().family() == AF_INET) {
        std::array<std::uint8_t, 4> bytes{};
        const auto address = native<sockaddr_in>(endpoint);
        std::memcpy(bytes.data(), &address.sin_addr, bytes.size());
        const std::string text = Address::from_ipv4(bytes).to_string();
        return {text, text};
    }
    if (endpoint.protocol().family() == AF_INET6) {
        std::array<std::uint8_t, 16> bytes{};
        const auto address = native<sockaddr_in6>(endpoint);
        std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
        return {Address::from_bytes(bytes).to_string(),
                std::string(bytes.begin(), bytes.begin() + kPrefix)};
    }
    return {};
}

} // namespace sipsteer::http

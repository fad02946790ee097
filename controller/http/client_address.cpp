// SPDX-License-Identifier: Apache-2.0
#include "http/client_address.hpp"

#include "base/address.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sipsteer::http {

namespace {

constexpr std::size_t kPrefix = 8; // bytes of an IPv6 address: one network, one owner

template <typename Native>
Native native(const boost::asio::generic::stream_protocol::endpoint &endpoint) {
    Native address{};
    std::memcpy(&address, endpoint.data(), std::min(sizeof(address), endpoint.size()));
    return address;
}

/// Of the Unix socket: who connected (unix(7), SO_PEERCRED), which is a bridge if there is one.
ClientAddress local_client(int socket) {
    ClientAddress client;
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        client.place += ", pid " + std::to_string(peer.pid);
        client.user = "uid " + std::to_string(peer.uid);
    }
    return client;
}

} // namespace

// native_handle() is not const, though it changes nothing.
ClientAddress client_address(StreamSocket &socket) {
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
        return {text, text, text};
    }
    if (endpoint.protocol().family() == AF_INET6) {
        std::array<std::uint8_t, 16> bytes{};
        const auto address = native<sockaddr_in6>(endpoint);
        std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
        const std::string text = Address::from_bytes(bytes).to_string();
        return {text, std::string(bytes.begin(), bytes.begin() + kPrefix), text};
    }
    return local_client(socket.native_handle());
}

} // namespace sipsteer::http

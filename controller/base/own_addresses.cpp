// SPDX-License-Identifier: Apache-2.0
#include "base/own_addresses.hpp"

#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>

namespace sipsteer {

namespace {

std::optional<Address> address_in(const sockaddr *address) {
    if (address != nullptr && address->sa_family == AF_INET) {
        sockaddr_in in;
        std::memcpy(&in, address, sizeof(in));
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
        return Address::from_ipv4(bytes);
    }
    if (address != nullptr && address->sa_family == AF_INET6) {
        sockaddr_in6 in6;
        std::memcpy(&in6, address, sizeof(in6));
        std::array<std::uint8_t, 16> bytes;
        std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
        return Address::from_bytes(bytes);
    }
    return std::nullopt;
}

/// The last address of the network, which no host has; a network of two (RFC 3021) or one has none.
std::optional<Address> broadcast_of(const Address &address, const sockaddr *netmask) {
    const auto mask = address_in(netmask);
    if (!address.is_ipv4() || !mask || !mask->is_ipv4()) {
        return std::nullopt;
    }
    auto last = address.bytes();
    unsigned hosts = 0;
    for (std::size_t i = last.size() - 4; i < last.size(); i++) {
        const auto host_bits = static_cast<std::uint8_t>(~mask->bytes().at(i));
        last.at(i) |= host_bits;
        hosts = hosts << 8 | host_bits;
    }
    return hosts >= 3 ? std::optional(Address::from_bytes(last)) : std::nullopt;
}

} // namespace

std::optional<std::vector<OwnAddress>> own_addresses() {
    ifaddrs *first = nullptr;
    if (::getifaddrs(&first) != 0) {
        return std::nullopt;
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, &::freeifaddrs);
    std::vector<OwnAddress> addresses;
    for (const auto *entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        if (const auto address = address_in(entry->ifa_addr)) {
            addresses.push_back(
                {entry->ifa_name, *address, broadcast_of(*address, entry->ifa_netmask)});
        }
    }
    return addresses;
}

} // namespace sipsteer

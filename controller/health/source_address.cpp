// SPDX-License-Identifier: Apache-2.0
#include "health/source_address.hpp"

#include "health/endpoint.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>

namespace sipsteer::health {

using boost::asio::ip::udp;

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

using Interfaces = std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)>;

Interfaces all_addresses(boost::system::error_code &failed) {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0) {
        failed = boost::system::error_code(errno, boost::system::system_category());
    }
    return {list, &::freeifaddrs};
}

/// Another address of the interface that has this one: of the VIP's family, but not the VIP.
std::optional<Address> neighbour_of(const Address &own, const Address &vip,
                                    boost::system::error_code &failed) {
    const auto list = all_addresses(failed);
    std::string interface;
    for (const auto *entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        if (address_in(entry->ifa_addr) == own) {
            interface = entry->ifa_name;
        }
    }
    for (const auto *entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        const auto address = address_in(entry->ifa_addr);
        if (interface == entry->ifa_name && address && address->is_ipv4() == vip.is_ipv4() &&
            !address->is_link_local() && *address != vip) {
            return address;
        }
    }
    return std::nullopt;
}

} // namespace

/// Connecting a UDP socket sends nothing, but chooses the address.
Address source_address(const boost::asio::any_io_executor &executor, const Address &to,
                       boost::system::error_code &failed) {
    udp::socket socket(executor);
    const udp::endpoint endpoint(to_asio(to), 5060);
    socket.open(endpoint.protocol(), failed);
    if (!failed) {
        socket.connect(endpoint, failed);
    }
    const auto local = failed ? udp::endpoint() : socket.local_endpoint(failed);
    return failed ? Address{} : from_asio(local.address());
}

Result<Address> source_on_segment(const boost::asio::any_io_executor &executor,
                                  const Address &server, const Address &vip,
                                  boost::system::error_code &failed) {
    const auto own = source_address(executor, server, failed);
    if (failed) {
        return Error{failed.message()};
    }
    if (own.is_ipv4() == vip.is_ipv4() && own != vip) {
        return own;
    }
    if (const auto other = neighbour_of(own, vip, failed)) {
        return *other;
    }
    return Error{std::string("no ") + (vip.is_ipv4() ? "IPv4" : "IPv6") +
                 " address of this host on the server's segment"};
}

} // namespace sipsteer::health

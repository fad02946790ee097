// SPDX-License-Identifier: Apache-2.0
#include "health/source_address.hpp"

#include "base/asio_address.hpp"
#include "base/endpoint.hpp"
#include "base/own_addresses.hpp"

#include <algorithm>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>
#include <optional>

namespace sipsteer::health {

using boost::asio::ip::udp;

namespace {

/// Another address of the interface that has this one: of the VIP's family, but not the VIP.
std::optional<Address> neighbour_of(const Address &own, const Address &vip,
                                    boost::system::error_code &failed) {
    const auto addresses = own_addresses();
    if (!addresses) {
        failed = boost::system::error_code(errno, boost::system::system_category());
        return std::nullopt;
    }
    const auto has_own = std::find_if(addresses->begin(), addresses->end(),
                                      [&](const auto &entry) { return entry.address == own; });
    if (has_own == addresses->end()) {
        return std::nullopt;
    }
    for (const auto &other : *addresses) {
        if (other.interface == has_own->interface && other.address.is_ipv4() == vip.is_ipv4() &&
            !other.address.is_link_local() && other.address != vip) {
            return other.address;
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

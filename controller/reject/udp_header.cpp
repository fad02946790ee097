// SPDX-License-Identifier: Apache-2.0
#include "reject/udp_header.hpp"

#include <algorithm>
#include <netinet/in.h>

namespace sipsteer::reject {

namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kChecksum = 6; // where it is

std::uint32_t sum_of(const std::uint8_t *bytes, std::size_t size) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < size; i++) {
        sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
}

/// An IPv4-mapped address has the words of the IPv4 one and 0xffff, which changes no sum.
std::uint32_t sum_of(const Address &address) {
    return sum_of(address.bytes().data(), address.bytes().size());
}

void put_16(std::vector<std::uint8_t> &to, std::size_t at, std::size_t value) {
    to[at] = static_cast<std::uint8_t>(value >> 8);
    to[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

} // namespace

std::vector<std::uint8_t> udp_datagram(const Endpoint &from, const Endpoint &to,
                                       std::string_view payload) {
    std::vector<std::uint8_t> datagram(kHeader + payload.size());
    std::copy(payload.begin(), payload.end(), datagram.begin() + kHeader);
    put_16(datagram, 0, from.port);
    put_16(datagram, 2, to.port);
    put_16(datagram, 4, datagram.size());
    auto sum = sum_of(from.address) + sum_of(to.address) + IPPROTO_UDP +
               static_cast<std::uint32_t>(datagram.size()) +
               sum_of(datagram.data(), datagram.size());
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    const auto checksum = ~sum & 0xffff;
    put_16(datagram, kChecksum, checksum != 0 ? checksum : 0xffff); // 0 means none
    return datagram;
}

} // namespace sipsteer::reject

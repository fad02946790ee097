// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/hep.hpp"

#include <limits>
#include <netinet/in.h>
#include <sys/socket.h>
#include <type_traits>

namespace sipsteer::trace {

namespace {

constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kMostUdp = kMost - 8 - 20; // what one UDP datagram carries, over IPv4
constexpr std::uint8_t kSip = 1;

enum Chunk : std::uint16_t {
    kFamily = 1,
    kProtocol = 2,
    kSource4 = 3,
    kDestination4 = 4,
    kSource6 = 5,
    kDestination6 = 6,
    kSourcePort = 7,
    kDestinationPort = 8,
    kSeconds = 9,
    kMicroseconds = 10,
    kPayloadType = 11,
    kAgent = 12,
    kPayload = 15,
    kCorrelation = 17,
};

/// In network byte order.
template <typename Number>
std::string bytes_of(Number number) {
    static_assert(std::is_unsigned_v<Number>);
    std::string bytes;
    for (auto shift = static_cast<int>(sizeof(number) * 8) - 8; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(number >> shift);
    }
    return bytes;
}

/// Vendor 0: the types that everybody knows.
void add_chunk(std::string &datagram, Chunk type, std::string_view value) {
    constexpr std::size_t kHeader = 6;
    datagram += bytes_of(std::uint16_t{0}) + bytes_of(static_cast<std::uint16_t>(type)) +
                bytes_of(static_cast<std::uint16_t>(kHeader + value.size()));
    datagram += value;
}

void add_address(std::string &datagram, const Address &address, Chunk ipv4, Chunk ipv6) {
    if (address.is_ipv4()) {
        const auto bytes = address.ipv4_bytes();
        add_chunk(datagram, ipv4, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
    } else {
        const auto &bytes = address.bytes();
        add_chunk(datagram, ipv6, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
    }
}

void add_time(std::string &datagram, std::uint64_t time) {
    const std::uint64_t microseconds = time / 1000;
    add_chunk(datagram, kSeconds, bytes_of(static_cast<std::uint32_t>(microseconds / 1'000'000)));
    add_chunk(datagram, kMicroseconds,
              bytes_of(static_cast<std::uint32_t>(microseconds % 1'000'000)));
}

} // namespace

std::string hep_datagram(const HepMessage &message) {
    const std::uint8_t family = message.source.is_ipv4() ? AF_INET : AF_INET6;
    std::string chunks;
    add_chunk(chunks, kFamily, bytes_of(family));
    add_chunk(chunks, kProtocol, bytes_of(std::uint8_t{IPPROTO_UDP}));
    add_address(chunks, message.source, kSource4, kSource6);
    add_address(chunks, message.destination, kDestination4, kDestination6);
    add_chunk(chunks, kSourcePort, bytes_of(message.source_port));
    add_chunk(chunks, kDestinationPort, bytes_of(message.destination_port));
    add_time(chunks, message.time);
    add_chunk(chunks, kPayloadType, bytes_of(kSip));
    add_chunk(chunks, kAgent, bytes_of(message.agent));
    if (!message.correlation.empty()) {
        add_chunk(chunks, kCorrelation, message.correlation);
    }
    if (message.payload.size() > kMostUdp) {
        return {};
    }
    add_chunk(chunks, kPayload, message.payload);
    const std::size_t length = chunks.size() + 6;
    return length > kMostUdp ? std::string()
                             : "HEP3" + bytes_of(static_cast<std::uint16_t>(length)) + chunks;
}

} // namespace sipsteer::trace

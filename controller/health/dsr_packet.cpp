// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_packet.hpp"

#include "packets/frame.hpp"
#include "packets/icmp_error.hpp"

#include <variant>

namespace sipsteer::health {

namespace {

constexpr std::uint8_t kUnreachable = 3;     // RFC 792
constexpr std::uint8_t kUnreachableIpv6 = 1; // RFC 4443

DsrPacket packet_of(const packets::Datagram &datagram, std::string icmp) {
    return {{datagram.source, datagram.source_port},
            {datagram.destination, datagram.destination_port},
            datagram.payload,
            std::move(icmp)};
}

} // namespace

std::optional<DsrPacket> parse_packet(std::span<const std::uint8_t> packet) {
    const std::string_view text(reinterpret_cast<const char *>(packet.data()), packet.size());
    const auto read = packets::read_frame(packets::Link::Ip, text);
    if (const auto *datagram = std::get_if<packets::Datagram>(&read)) {
        return datagram->part == packets::Part::Whole ? std::optional(packet_of(*datagram, ""))
                                                      : std::nullopt;
    }
    const auto error = packets::read_icmp_error(packets::Link::Ip, text);
    if (!error || error->part != packets::Part::Whole ||
        error->type != (error->ipv6 ? kUnreachableIpv6 : kUnreachable)) {
        return std::nullopt;
    }
    return packet_of(*error, packets::icmp_text(error->ipv6, error->type, error->code));
}

} // namespace sipsteer::health

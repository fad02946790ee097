// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::test {

using Bytes = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;

inline constexpr Mac kRouterMac = {0x02, 0, 0, 0, 0, 0x01};
inline constexpr Mac kDirectorMac = {0x02, 0, 0, 0, 0, 0x02};

/// A frame written down layer by layer:
///
///     Packet().eth().vlan(100).ipv4("192.0.2.1", "198.51.100.100").udp(5060, 5060).payload(text)
///
/// Lengths and checksums are right unless told otherwise.
class Packet {
public:
    Packet &eth(const Mac &source = kRouterMac, const Mac &destination = kDirectorMac);
    /// A tag behind those there are. tci: priority and id.
    Packet &vlan(std::uint16_t tci, std::uint16_t type = 0x8100);
    /// What is neither IP: the payload follows the EtherType.
    Packet &ethertype(std::uint16_t type);

    Packet &ipv4(std::string_view source, std::string_view destination);
    /// IPv4's TOS, IPv6's traffic class: DSCP and ECN.
    Packet &traffic_class(std::uint8_t value);
    /// IPv4 options: a multiple of four bytes, at most 40.
    Packet &options(const Bytes &bytes);
    /// offset in bytes, a multiple of eight. IPv4: fields of the header; IPv6: a fragment header.
    Packet &fragment(std::uint16_t offset, bool more, std::uint32_t id);

    Packet &ipv6(std::string_view source, std::string_view destination);
    /// An extension header of `length` bytes in all: a multiple of eight (four for AH, 51).
    Packet &extension(std::uint8_t type, std::size_t length = 8);
    Packet &hop_by_hop(std::size_t length = 8) { return extension(0, length); }
    Packet &routing(std::size_t length = 8) { return extension(43, length); }
    Packet &authentication(std::size_t length = 12) { return extension(51, length); }
    Packet &destination_options(std::size_t length = 8) { return extension(60, length); }

    Packet &udp(std::uint16_t source_port, std::uint16_t destination_port);
    Packet &tcp(std::uint16_t source_port, std::uint16_t destination_port);
    /// Another protocol, or bytes of a later fragment: the payload follows the IP header.
    Packet &protocol(std::uint8_t protocol);
    /// An ICMP or, over IPv6, ICMPv6 message. rest: bytes 4 to 7 of its header.
    Packet &icmp(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes &body);
    Packet &payload(std::string_view text);
    /// The payload is the front of this message, in a first fragment: UDP's header tells the length
    /// and the checksum of all of it.
    Packet &front_of(std::string_view message);

    /// Bytes behind the IP packet, as Ethernet's minimum makes them.
    Packet &padding(const Bytes &bytes);

    /// Lies about lengths, for packets that are wrong. ip_length: total length in IPv4, payload
    /// length in IPv6.
    Packet &ip_length(std::uint16_t length);
    Packet &udp_length(std::uint16_t length);
    /// The first byte of the IP header: version and, in IPv4, header length.
    Packet &ip_first_byte(std::uint8_t byte);

    Bytes bytes() const;

private:
    struct Extension {
        std::uint8_t type;
        Bytes body; // all but its first byte, which names the next one
    };

    Bytes udp_header() const;
    Bytes transport() const;
    Bytes with_ipv4(const Bytes &transport) const;
    Bytes with_ipv6(const Bytes &transport) const;

    Mac source_mac_ = kRouterMac;
    Mac destination_mac_ = kDirectorMac;
    std::vector<std::array<std::uint16_t, 2>> tags_;
    std::uint16_t ethertype_ = 0;
    Bytes source_;      // 4 or 16 bytes; none: not IP
    Bytes destination_; // likewise
    Bytes options_;
    std::vector<Extension> extensions_;
    std::uint8_t class_ = 0;
    std::uint16_t fragment_field_ = 0;
    std::uint16_t id_ = 0;
    std::uint8_t protocol_ = 59; // no next header
    std::array<std::uint16_t, 2> ports_ = {};
    std::string payload_;
    std::optional<std::string> whole_;
    Bytes padding_;
    std::optional<std::uint16_t> ip_length_, udp_length_;
    std::optional<std::uint8_t> ip_first_byte_;
};

/// An address in the 16 bytes that the maps' keys have: IPv4 addresses mapped into IPv6.
std::array<std::uint8_t, 16> mapped_address(std::string_view text);

/// Sixteen bytes a line, those marked that differ from the same offset in `other`.
std::string hex_dump(const Bytes &bytes, const Bytes &other);

} // namespace sipsteer::test

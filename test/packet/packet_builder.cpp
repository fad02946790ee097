// SPDX-License-Identifier: Apache-2.0
#include "packet_builder.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace sipsteer::test {

namespace {

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::uint8_t kAuthentication = 51;

void append(Bytes &bytes, const auto &more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void append_16(Bytes &bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void put_16(Bytes &bytes, std::size_t at, std::uint16_t value) {
    bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

/// The Internet checksum (RFC 1071).
std::uint16_t checksum(const Bytes &bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        sum += static_cast<std::uint32_t>(i % 2 ? bytes[i] : bytes[i] << 8);
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

Bytes address(int family, std::string_view text) {
    Bytes bytes(family == AF_INET ? 4 : 16);
    if (inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) {
        throw std::invalid_argument("not an address: " + std::string(text));
    }
    return bytes;
}

} // namespace

Packet &Packet::eth(const Mac &source, const Mac &destination) {
    source_mac_ = source;
    destination_mac_ = destination;
    return *this;
}

Packet &Packet::vlan(std::uint16_t tci, std::uint16_t type) {
    tags_.push_back({type, tci});
    return *this;
}

Packet &Packet::ethertype(std::uint16_t type) {
    ethertype_ = type;
    return *this;
}

Packet &Packet::ipv4(std::string_view source, std::string_view destination) {
    ethertype_ = kIpv4;
    source_ = address(AF_INET, source);
    destination_ = address(AF_INET, destination);
    return *this;
}

Packet &Packet::traffic_class(std::uint8_t value) {
    class_ = value;
    return *this;
}

Packet &Packet::options(const Bytes &bytes) {
    options_ = bytes;
    return *this;
}

Packet &Packet::fragment(std::uint16_t offset, bool more, std::uint32_t id) {
    if (ethertype_ == kIpv4) {
        fragment_field_ = static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000 : 0));
        id_ = static_cast<std::uint16_t>(id);
        return *this;
    }
    Bytes body = {0};
    append_16(body, offset | (more ? 1U : 0U));
    append_16(body, id >> 16);
    append_16(body, id);
    extensions_.push_back({kFragmentHeader, body});
    return *this;
}

Packet &Packet::ipv6(std::string_view source, std::string_view destination) {
    ethertype_ = kIpv6;
    source_ = address(AF_INET6, source);
    destination_ = address(AF_INET6, destination);
    return *this;
}

Packet &Packet::extension(std::uint8_t type, std::size_t length) {
    Bytes body(length - 1, 0);
    body[0] = static_cast<std::uint8_t>(type == kAuthentication ? length / 4 - 2 : length / 8 - 1);
    extensions_.push_back({type, body});
    return *this;
}

Packet &Packet::udp(std::uint16_t source_port, std::uint16_t destination_port) {
    protocol_ = kUdp;
    ports_ = {source_port, destination_port};
    return *this;
}

Packet &Packet::tcp(std::uint16_t source_port, std::uint16_t destination_port) {
    protocol_ = kTcp;
    ports_ = {source_port, destination_port};
    return *this;
}

Packet &Packet::protocol(std::uint8_t protocol) {
    protocol_ = protocol;
    ports_ = {};
    return *this;
}

Packet &Packet::icmp(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes &body) {
    const bool is_ipv6 = ethertype_ == kIpv6;
    protocol(is_ipv6 ? kIcmp6 : kIcmp);
    Bytes message = {type, code, 0, 0};
    append_16(message, rest >> 16);
    append_16(message, rest);
    append(message, body);
    Bytes checked = message;
    if (is_ipv6) { // with a pseudo header (RFC 4443, 2.3)
        append(checked, source_);
        append(checked, destination_);
        append_16(checked, message.size());
        append_16(checked, kIcmp6);
        // The message comes first here: with an odd length the rest would be out of step.
        if (message.size() % 2) {
            checked.insert(checked.begin() + static_cast<std::ptrdiff_t>(message.size()), 0);
        }
    }
    put_16(message, 2, checksum(checked));
    return payload(std::string(message.begin(), message.end()));
}

Packet &Packet::payload(std::string_view text) {
    payload_ = text;
    return *this;
}

Packet &Packet::front_of(std::string_view message) {
    whole_ = message;
    return *this;
}

Packet &Packet::padding(const Bytes &bytes) {
    padding_ = bytes;
    return *this;
}

Packet &Packet::ip_length(std::uint16_t length) {
    ip_length_ = length;
    return *this;
}

Packet &Packet::udp_length(std::uint16_t length) {
    udp_length_ = length;
    return *this;
}

Packet &Packet::ip_first_byte(std::uint8_t byte) {
    ip_first_byte_ = byte;
    return *this;
}

Bytes Packet::udp_header() const {
    const std::string &message = whole_ ? *whole_ : payload_;
    Bytes header;
    append_16(header, ports_[0]);
    append_16(header, ports_[1]);
    append_16(header, udp_length_.value_or(static_cast<std::uint16_t>(8 + message.size())));
    append_16(header, 0);
    Bytes checked = source_;
    append(checked, destination_);
    append_16(checked, kUdp);
    append_16(checked, 8 + message.size());
    append(checked, header);
    append(checked, message);
    put_16(header, 6, checksum(checked));
    return header;
}

Bytes Packet::transport() const {
    Bytes bytes;
    if (protocol_ == kUdp && ports_[1] != 0) {
        bytes = udp_header();
    } else if (protocol_ == kTcp) {
        append_16(bytes, ports_[0]);
        append_16(bytes, ports_[1]);
        append(bytes, Bytes{0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0});
    }
    append(bytes, payload_);
    return bytes;
}

Bytes Packet::with_ipv4(const Bytes &transport) const {
    const std::size_t header = 20 + options_.size();
    Bytes bytes = {ip_first_byte_.value_or(static_cast<std::uint8_t>(0x40 | header / 4)), class_};
    append_16(bytes, ip_length_.value_or(static_cast<std::uint16_t>(header + transport.size())));
    append_16(bytes, id_);
    append_16(bytes, fragment_field_);
    append(bytes, Bytes{64, protocol_, 0, 0});
    append(bytes, source_);
    append(bytes, destination_);
    append(bytes, options_);
    put_16(bytes, 10, checksum(bytes));
    append(bytes, transport);
    return bytes;
}

Bytes Packet::with_ipv6(const Bytes &transport) const {
    Bytes chain;
    std::uint8_t first = extensions_.empty() ? protocol_ : extensions_[0].type;
    for (std::size_t i = 0; i < extensions_.size(); i++) {
        chain.push_back(i + 1 < extensions_.size() ? extensions_[i + 1].type : protocol_);
        append(chain, extensions_[i].body);
    }
    append(chain, transport);
    Bytes bytes = {ip_first_byte_.value_or(static_cast<std::uint8_t>(0x60 | class_ >> 4)),
                   static_cast<std::uint8_t>(class_ << 4), 0, 0};
    append_16(bytes, ip_length_.value_or(static_cast<std::uint16_t>(chain.size())));
    append(bytes, Bytes{first, 64});
    append(bytes, source_);
    append(bytes, destination_);
    append(bytes, chain);
    return bytes;
}

Bytes Packet::bytes() const {
    Bytes bytes;
    append(bytes, destination_mac_);
    append(bytes, source_mac_);
    for (const auto &[type, tci] : tags_) {
        append_16(bytes, type);
        append_16(bytes, tci);
    }
    append_16(bytes, ethertype_);
    if (source_.size() == 4) {
        append(bytes, with_ipv4(transport()));
    } else if (source_.size() == 16) {
        append(bytes, with_ipv6(transport()));
    } else {
        append(bytes, payload_);
    }
    append(bytes, padding_);
    return bytes;
}

std::array<std::uint8_t, 16> mapped_address(std::string_view text) {
    std::array<std::uint8_t, 16> mapped = {};
    const bool is_ipv6 = text.find(':') != std::string_view::npos;
    const Bytes bytes = address(is_ipv6 ? AF_INET6 : AF_INET, text);
    if (!is_ipv6) {
        mapped[10] = mapped[11] = 0xff;
    }
    std::copy(bytes.begin(), bytes.end(), mapped.begin() + (is_ipv6 ? 0 : 12));
    return mapped;
}

std::string hex_dump(const Bytes &bytes, const Bytes &other) {
    std::string dump = std::to_string(bytes.size()) + " bytes";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        char field[32];
        if (i % 16 == 0) {
            std::snprintf(field, sizeof(field), "\n%04zx ", i);
            dump += field;
            text.clear();
        }
        const bool differs = i >= other.size() || other[i] != bytes[i];
        std::snprintf(field, sizeof(field), differs ? "[%02x]" : " %02x ", bytes[i]);
        dump += field;
        text += bytes[i] >= 0x20 && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.';
        if (i % 16 == 15 || i + 1 == bytes.size()) {
            dump += std::string((15 - i % 16) * 4 + 1, ' ') + text;
        }
    }
    return dump;
}

} // namespace sipsteer::test

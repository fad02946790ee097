// SPDX-License-Identifier: Apache-2.0
#include "datagram.hpp"

namespace sipsteer::test {

Packet Datagram::ip() const {
    const std::string_view vip = ipv6 ? kVip6 : kVip;
    const std::string_view to = destination.empty() ? vip : std::string_view(destination);
    return ipv6 ? Packet().eth().ipv6(source, to) : Packet().eth().ipv4(source, to);
}

Packet Datagram::first(std::size_t length) const {
    return ip()
        .fragment(0, true, id)
        .udp(5060, 5060)
        .front_of(message)
        .payload(message.substr(0, length - 8));
}

Packet Datagram::later(std::size_t offset, std::optional<std::size_t> length) const {
    const std::string bytes = message.substr(offset - 8, length.value_or(std::string::npos));
    return ip()
        .fragment(static_cast<std::uint16_t>(offset), offset + bytes.size() < size(), id)
        .protocol(17)
        .payload(bytes);
}

Packet Datagram::any(std::size_t offset, std::size_t length, bool more) const {
    return ip()
        .fragment(static_cast<std::uint16_t>(offset), more, id)
        .protocol(17)
        .payload(std::string(length, 'x'));
}

} // namespace sipsteer::test

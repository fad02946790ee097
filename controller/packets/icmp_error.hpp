// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sipsteer::packets {

/// "ICMP port unreachable", by type and code (RFC 792, 1122, 1812; RFC 4443 for IPv6).
std::string icmp_text(bool ipv6, std::uint8_t type, std::uint8_t code);

/// An error that the kernel keeps for a datagram socket.
struct SocketError {
    Endpoint destination; // of the datagram it is about
    bool icmp = false;    // false: this host's own doing
    std::string text;
};

/// Makes the kernel keep ICMP errors for a socket that is not connected (ip(7), IP_RECVERR). False
/// if it cannot.
bool keep_errors(int fd, bool ipv6);

/// Takes the oldest one; nothing if there is none.
std::optional<SocketError> take_error(int fd);

} // namespace sipsteer::packets

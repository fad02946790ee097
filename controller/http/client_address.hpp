// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/stream_socket.hpp"

#include <string>

namespace sipsteer::http {

/// Where a client is.
struct ClientAddress {
    /// For people: "192.0.2.7"; "local" on the Unix socket.
    std::string text = "local";

    /// What one who means no good can have many connections from: an IPv4 address, the first 64
    /// bits of an IPv6 address. Empty on the Unix socket.
    std::string source = {};

    /// For the audit: "192.0.2.7"; "local, pid 4711" on the Unix socket.
    std::string place = "local";

    /// Who is at the other end of the Unix socket, as the kernel says: "uid 1000". Else empty.
    std::string user = {};
};

/// Of a connected socket.
ClientAddress client_address(StreamSocket &socket);

} // namespace sipsteer::http

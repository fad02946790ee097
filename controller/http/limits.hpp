// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sipsteer::http {

/// What one client, and all of them together, may ask of the server.
struct Limits {
    std::uint32_t header_bytes = 8 * 1024; // of the request line, and of the fields
    std::size_t target_bytes = std::size_t{4} * 1024;
    std::uint64_t body_bytes = std::uint64_t{1024} * 1024;

    /// Of a listener. When all are taken, a client that has shown no token yet makes room, or else
    /// one that has no request under way.
    std::size_t connections = 64;
    std::size_t connections_from_one_source = 16; // over TCP

    /// For TLS to begin, and for a whole header, of a client that has shown no token yet.
    std::chrono::milliseconds first_timeout{5'000};

    /// For a whole header, idling before it included; for a whole body; for taking an answer.
    std::chrono::milliseconds timeout{30'000};

    /// After stop(), for clients to take the answers that were under way.
    std::chrono::milliseconds stop_grace{2'000};
};

} // namespace sipsteer::http

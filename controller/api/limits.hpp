// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sipsteer::api {

/// What one client, and all of them together, may ask of the server.
struct Limits {
    std::uint32_t header_bytes = 8 * 1024; // of the request line, and of the fields
    std::size_t target_bytes = std::size_t{4} * 1024;
    std::uint64_t body_bytes = std::uint64_t{1024} * 1024;
    std::size_t connections = 64;

    /// For a whole header, idling before it included; for a whole body; for taking an answer.
    std::chrono::milliseconds timeout{30'000};

    /// After stop(), for clients to take the answers that were under way.
    std::chrono::milliseconds stop_grace{2'000};
};

} // namespace sipsteer::api

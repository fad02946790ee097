// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>

namespace sipsteer {

/// A server by its pool's name and its own.
struct ServerId {
    std::string pool;
    std::string server;

    /// "pool/server": its name in the index space and in the server_names map.
    std::string name() const { return pool + "/" + server; }

    auto operator<=>(const ServerId &) const = default;
};

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <optional>
#include <string>

namespace sipsteer {

/// Addresses whose leading `bits` are those of `address`, of 128 (IPv4: 96 more than its own).
struct Prefix {
    Address address;
    unsigned bits = 128;

    /// From "192.0.2.0/24", "2001:db8::/32", or one address.
    static std::optional<Prefix> parse(const std::string &text);

    bool has(const Address &other) const;

    bool operator==(const Prefix &) const = default;
};

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <compare>
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

    bool is_ipv4() const { return address.is_ipv4() && bits >= kMappedBits; }

    /// The same one with zeros behind its `bits`.
    Prefix masked() const;

    /// As parse() reads it; without its length if it is one address.
    std::string to_string() const;

    auto operator<=>(const Prefix &) const = default;

private:
    static constexpr unsigned kMappedBits = 96; // before those of an IPv4 address, in one of IPv6
};

} // namespace sipsteer

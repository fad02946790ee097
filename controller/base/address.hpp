// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace sipsteer {

/// An IPv4 or IPv6 address. IPv4 is kept IPv4-mapped (RFC 4291, 2.5.5.2), as in the maps.
class Address {
public:
    Address() = default;

    /// From "198.51.100.7" or "2001:db8::7"; nothing for any other text. An IPv4-mapped IPv6
    /// text is taken as the IPv4 address it stands for.
    static std::optional<Address> parse(const std::string &text);

    /// From the 16 bytes of a map key, or 4 bytes of IPv4; network byte order.
    static Address from_bytes(const std::array<std::uint8_t, 16> &bytes);
    static Address from_ipv4(const std::array<std::uint8_t, 4> &bytes);

    bool is_ipv4() const;
    bool is_unspecified() const;
    bool is_multicast() const;
    bool is_loopback() const;
    bool is_link_local() const; ///< 169.254/16 (RFC 3927), fe80::/10 (RFC 4291, 2.5.6)
    bool is_broadcast() const;  ///< 255.255.255.255

    /// The usual text form (RFC 5952 for IPv6).
    std::string to_string() const;

    /// 16 bytes, network byte order, IPv4-mapped.
    const std::array<std::uint8_t, 16> &bytes() const { return bytes_; }

    /// The 4 bytes of an IPv4 address; only when is_ipv4().
    std::array<std::uint8_t, 4> ipv4_bytes() const;

    auto operator<=>(const Address &) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace sipsteer

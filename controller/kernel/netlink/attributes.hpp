// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/next_hop.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <libmnl/libmnl.h>
#include <optional>
#include <string>

namespace sipsteer::netlink {

/// The attributes of a netlink message, by type. Reads point into the message, which must outlive
/// this. An attribute that is absent or has another length than asked for reads as nothing.
class Attributes {
public:
    /// Of a message whose fixed part (ndmsg, rtmsg ...) has `fixed` bytes.
    Attributes(const nlmsghdr &message, std::size_t fixed);

    /// Those inside another attribute; none inside nullptr.
    explicit Attributes(const nlattr *nested);

    const nlattr *get(std::uint16_t type) const;
    std::optional<std::uint16_t> u16(std::uint16_t type) const;
    std::optional<std::uint32_t> u32(std::uint16_t type) const;
    std::optional<std::uint64_t> u64(std::uint16_t type) const;
    std::optional<Address> address(std::uint16_t type) const;
    std::optional<MacAddress> mac(std::uint16_t type) const;
    std::string text(std::uint16_t type) const;

private:
    static int remember(const nlattr *attribute, void *self);

    std::array<const nlattr *, 80> by_type_{}; // above every type we ask for
};

} // namespace sipsteer::netlink

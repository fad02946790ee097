// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sipsteer {

/// An address of this host, and the interface it is on.
struct OwnAddress {
    std::string interface;
    Address address;
    std::optional<Address> broadcast{}; // of an IPv4 network of /30 or larger (RFC 1812, 5.3.5.2)
};

/// All of them, in this network namespace; nothing, and errno, if they cannot be read.
std::optional<std::vector<OwnAddress>> own_addresses();

} // namespace sipsteer

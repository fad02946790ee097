// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <vector>

namespace sipsteer {

/// An address of this host, and the index of the interface it is on. base/own_addresses.hpp has
/// names instead, which are labels that a rename may leave behind.
struct HostAddress {
    std::uint32_t ifindex = 0;
    Address address;

    bool operator==(const HostAddress &) const = default;
};

/// All of this network namespace; an error if the kernel does not say.
Result<std::vector<HostAddress>> find_addresses();

} // namespace sipsteer

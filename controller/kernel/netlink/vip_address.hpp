// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"
#include "kernel/netlink/link.hpp"

#include <cstdint>

namespace sipsteer {

/// Gives the interface the address as /32 or /128 and announces it to the segment, so that the
/// director's kernel answers ARP or ND for it. True if it was added, false if it was there
/// already and so is not for us to remove.
Result<bool> add_address(const LinkInfo &link, const Address &address);

/// Takes away what add_address() added to the interface with that index. Nothing to do is success.
Status remove_address(std::uint32_t ifindex, const Address &address);

} // namespace sipsteer

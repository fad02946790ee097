// SPDX-License-Identifier: Apache-2.0
//
// The kernel's netdev family of generic netlink, since 6.3 (linux/netdev.h, which Debian 12's
// headers have not).
#pragma once

#include "cli/doctor/facts.hpp"

#include <cstdint>

namespace sipsteer::doctor {

/// enum netdev_xdp_act, or-ed.
Known<std::uint64_t> xdp_features(std::uint32_t ifindex);

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
//
// Which frames are for this host, and which MACs are a director's: the keys of the links map
// (sipsteer/link.h). Pure.
#pragma once

#include "base/own_link.hpp"
#include "config/model.hpp"

#include <sipsteer/link.h>

#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace sipsteer::plan {

/// The bytes of an ss_link_key.
using LinkKey = std::array<std::uint8_t, sizeof(ss_link_key)>;
using LinkKeys = std::set<LinkKey>;

/// Frames from this MAC are a director's.
LinkKey from_director(const MacAddress &mac);

/// For each interface of the configuration: its MAC and those of all interfaces that stand on it,
/// in their VLANs. A macvlan, as VRRP daemons make them, counts while it has an address or is to
/// have a VIP: a director in reserve has one with the same MAC, and must leave its frames to the
/// other. The configured interfaces that there are none of give nothing.
LinkKeys own_frames(const config::Config &config, const std::vector<OwnLink> &links);

} // namespace sipsteer::plan

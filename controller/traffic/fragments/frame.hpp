// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "packets/bytes.hpp"

#include <sipsteer/fragment.h>
#include <sipsteer/server.h>

#include <cstdint>
#include <optional>
#include <span>

namespace sipsteer::fragments {

/// The frame as the data plane would have sent it to the server (bpf/net/forward.h): its MACs and
/// VLAN, the rest untouched, but for a server behind routers: its address takes the VIP's place,
/// and `dscp` stands for the VIP. `frame` is a later fragment as it came in; nothing if it is too
/// short for what `held` says, or its header is broken.
std::optional<packets::Bytes> frame_for_server(const ss_held &held,
                                               std::span<const std::uint8_t> frame,
                                               const ss_server &server, std::uint8_t dscp);

} // namespace sipsteer::fragments

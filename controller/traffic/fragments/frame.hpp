// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "packets/bytes.hpp"

#include <sipsteer/fragment.h>
#include <sipsteer/server.h>

#include <cstdint>
#include <optional>
#include <span>

namespace sipsteer::fragments {

/// The frame as the data plane would have sent it to the server (bpf/forward.h): its MACs and VLAN,
/// the rest untouched. `frame` is as it came in; nothing if it is too short for what `held` says.
std::optional<packets::Bytes>
frame_for_server(const ss_held &held, std::span<const std::uint8_t> frame, const ss_server &server);

} // namespace sipsteer::fragments

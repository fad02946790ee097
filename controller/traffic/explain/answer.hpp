// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/world.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace sipsteer::explain {

/// Where a message goes in a pool, and why:
///
///     {"pool": "p", "mode": "stateful",
///      "key": {"by": "call-id", "hash": "0123456789abcdef"}, "missing": [],
///      "found": true,
///      "call": {...as in a listing..., "table": 0},
///      "if_new": {"ring_slot": 4711, "server": "s2", "registered": false,
///                 "candidates": [{"server": "s2", "live_calls": 3, "full": false}, ...]},
///      "reason": "in the call table: confirmed, at server p/s1, 35 s old"}
///
/// hash is null where `missing` says what would have to be known; call is null if the table has
/// none. if_new is what a first message would get: ring_slot is null where the scheduler asks no
/// ring, server where nobody takes the call; registered: it is where its user is registered.
nlohmann::json answer(const farm::World &world, const plan::PlannedPool &pool,
                      const sip::Message &message);

/// The server of a pool that a response's topmost Via names: ss_sender() of bpf/choose/sender.h.
std::optional<std::uint16_t> sender_of(const farm::World &world, const plan::PlannedPool &pool,
                                       const sip::Message &message);

} // namespace sipsteer::explain

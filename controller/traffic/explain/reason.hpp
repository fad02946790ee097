// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/world.hpp"

#include <string>

namespace sipsteer::explain {

/// What was found out about a message in a pool.
struct Findings {
    std::optional<farm::Located> entry;      // that the table has, its time over or not
    std::optional<std::uint16_t> registered; // server of the message's user
    std::optional<std::uint16_t> named;      // server of the call that the message names
    std::optional<std::uint16_t> sender;     // server that asked for it: it is a response
    farm::Choice first;                      // as a new call
    farm::Choice again;                      // as a running call that needs another server
};

/// In words for people, why the message goes where it goes: one sentence without a full stop.
std::string reason_text(const farm::World &world, const plan::PlannedPool &pool,
                        const sip::Message &message, const calls::Key &key,
                        const Findings &findings);

} // namespace sipsteer::explain

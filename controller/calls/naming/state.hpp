// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sipsteer/call_life.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::calls {

/// "early", "confirmed", "closing", "other", "source"; "empty" and "unknown" for the rest.
std::string_view state_name(std::uint32_t state);

/// enum ss_call_state of such a name; nothing for another text.
std::optional<std::uint32_t> state_of(std::string_view name);

/// "start", "ack" ...: enum ss_event; "unknown" for the rest.
std::string_view event_name(std::uint32_t event);

/// The message in words: "INVITE", "ACK of a 2xx" ...; empty if there is no such event.
std::string_view event_words(std::uint32_t event);

/// The part of an RFC by which a message of this event changes a call in a state, or makes its
/// entry; empty if it changes nothing.
std::string_view section_of(std::uint32_t state, std::uint32_t event);

/// The names of all states that a call can be in.
std::vector<std::string> state_names();

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sipsteer/call.h>

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

/// The names of all states that a call can be in.
std::vector<std::string> state_names();

} // namespace sipsteer::calls

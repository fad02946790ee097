// SPDX-License-Identifier: Apache-2.0
#include "calls/naming/state.hpp"

namespace sipsteer::calls {

std::string_view state_name(std::uint32_t state) {
    switch (state) {
#define SS_CALL_STATE_NAME(number, symbol, name)                                                   \
    case number:                                                                                   \
        return name;
        SS_CALL_STATE_LIST(SS_CALL_STATE_NAME)
#undef SS_CALL_STATE_NAME
    default:
        return "unknown";
    }
}

std::vector<std::string> state_names() {
    std::vector<std::string> names;
    for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
        names.emplace_back(state_name(state));
    }
    return names;
}

std::optional<std::uint32_t> state_of(std::string_view name) {
    for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
        if (state_name(state) == name) {
            return state;
        }
    }
    return std::nullopt;
}

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#include "calls/call_view.hpp"

#include "calls/clock.hpp"

namespace sipsteer::calls {

CallView decode(const Segment &calls, __u64 entry, std::uint64_t bucket, unsigned slot,
                std::uint32_t now, const Lifetimes &lifetimes) {
    CallView view;
    view.tag = ss_call_tag(entry);
    view.state = ss_call_state(entry);
    view.server = static_cast<std::uint16_t>(ss_call_server(entry));
    view.idle_ticks = ss_call_idle(entry, now);
    view.age_ticks = age_at(calls, bucket, slot, now);
    view.lifetime_ticks = lifetimes.of(entry);
    view.bucket = bucket;
    view.slot = slot;
    return view;
}

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

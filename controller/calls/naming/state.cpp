// SPDX-License-Identifier: Apache-2.0
#include "calls/naming/state.hpp"

#include <algorithm>
#include <iterator>

namespace sipsteer::calls {

namespace {

struct CallLifeRow {
    std::uint32_t state;
    std::uint32_t event;
    std::string_view section;
};

constexpr CallLifeRow kCallLife[] = {
#define SS_CALL_LIFE_ROW(from, message, next, section)                                             \
    {SS_CALL_##from, SS_EVENT_##message, section},
    SS_CALL_LIFE_LIST(SS_CALL_LIFE_ROW)
#undef SS_CALL_LIFE_ROW
};

} // namespace

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

std::string_view event_name(std::uint32_t event) {
    switch (event) {
#define SS_EVENT_NAME(number, symbol, name, words)                                                 \
    case number:                                                                                   \
        return name;
        SS_EVENT_LIST(SS_EVENT_NAME)
#undef SS_EVENT_NAME
    default:
        return "unknown";
    }
}

std::string_view event_words(std::uint32_t event) {
    switch (event) {
#define SS_EVENT_WORDS(number, symbol, name, words)                                                \
    case number:                                                                                   \
        return words;
        SS_EVENT_LIST(SS_EVENT_WORDS)
#undef SS_EVENT_WORDS
    default:
        return {};
    }
}

std::string_view section_of(std::uint32_t state, std::uint32_t event) {
    const auto *const row =
        std::find_if(std::begin(kCallLife), std::end(kCallLife), [&](const CallLifeRow &one) {
            return one.state == state && one.event == event;
        });
    return row == std::end(kCallLife) ? std::string_view{} : row->section;
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

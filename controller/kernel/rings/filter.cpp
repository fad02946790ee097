// SPDX-License-Identifier: Apache-2.0
#include "kernel/rings/filter.hpp"

#include <algorithm>

namespace sipsteer::rings {

namespace {

/// The greatest upper half of a key that is in the share.
std::uint32_t sample_of(double share) {
    return static_cast<std::uint32_t>(share * 4294967295.0);
}

/// What all of them want alike; nothing: they differ, or do not care.
template <typename Value>
std::optional<Value> common(const std::vector<const Filter *> &filters,
                            std::optional<Value> Filter::*field) {
    if (filters.empty()) {
        return std::nullopt;
    }
    const auto &first = filters.front()->*field;
    const bool same = std::all_of(filters.begin(), filters.end(),
                                  [&](const auto *filter) { return filter->*field == first; });
    return same ? first : std::nullopt;
}

template <typename Number>
std::uint32_t or_any(std::optional<Number> number) {
    return number ? *number : SS_TAP_ANY;
}

} // namespace

/// A later fragment whose first one was lost on the way here is known by the key.
bool Filter::wants(const Shown &shown) const {
    const auto &tapped = shown.tapped;
    const bool call =
        !call_id || *call_id == shown.call_id || (shown.call_id.empty() && call_key == tapped.key);
    return call && (tapped.key >> 32) <= sample_of(share) &&
           (!server || *server == tapped.server) && (!source || source->has(shown.client)) &&
           (!reason || *reason == tapped.reason);
}

ss_tap tap_for(const std::vector<const Filter *> &filters, std::uint32_t snap, ByCallKey by_key) {
    ss_tap tap{};
    tap.on = filters.empty() ? 0 : 1;
    tap.snap = snap;
    for (const auto *filter : filters) {
        tap.sample = std::max(tap.sample, sample_of(filter->share));
    }
    tap.server = or_any(common(filters, &Filter::server));
    tap.reason = or_any(common(filters, &Filter::reason));
    if (by_key == ByCallKey::Yes) {
        tap.key = common(filters, &Filter::call_key).value_or(0);
    }
    if (const auto source = common(filters, &Filter::source)) {
        const auto &bytes = source->address.bytes();
        std::copy(bytes.begin(), bytes.end(), std::begin(tap.source));
        tap.prefix = source->bits;
    }
    return tap;
}

} // namespace sipsteer::rings

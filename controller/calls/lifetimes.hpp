// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/clock.hpp"

#include <sipsteer/call.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sipsteer::calls {

/// Ticks a call is kept after its last message, by enum ss_call_state, as in ss_pool. 0 keeps it
/// for no time at all.
using StateLifetimes = std::array<std::uint16_t, SS_CALL_STATES>;

/// State and server of an entry as one number: the 16 bits between its tag and its time.
inline constexpr std::size_t kPlaces = std::size_t{1} << (SS_CALL_TAG_SHIFT - SS_CALL_SEEN_BITS);
inline std::size_t place_of(__u64 entry) {
    return static_cast<std::uint16_t>(entry >> SS_CALL_SEEN_BITS);
}
inline std::size_t place_of(std::uint32_t state, std::uint32_t server) {
    return place_of(ss_call_make(0, state, server, 0));
}

/// How long the calls of each server are kept. One look-up an entry: the sweep asks ten million
/// times.
class Lifetimes {
public:
    /// `fallback` is for calls of servers that are not in use: they stay until it ends, so that
    /// the data plane can give them another server at their next message.
    explicit Lifetimes(const StateLifetimes &fallback);

    /// Server index `server` is in use, with its pool's lifetimes. Indexes: 0 to
    /// SS_MAX_SERVERS - 1.
    void set(std::uint16_t server, const StateLifetimes &lifetimes);
    void clear(std::uint16_t server);
    bool in_use(std::uint16_t server) const { return in_use_[server]; }

    /// Of an entry, in ticks.
    std::uint32_t of(__u64 entry) const { return ticks_[place_of(entry)]; }

    /// Whether the time of an entry that is not empty is over at `now` (in ticks). The tick it
    /// was last seen in may have just begun or almost ended, so it is over only when more ticks
    /// than its lifetime have begun since: late by two ticks at most, never early. True of any
    /// entry in a state that does not exist.
    bool expired(__u64 entry, std::uint32_t now) const {
        const std::uint32_t lifetime = of(entry);
        return lifetime == 0 || ss_call_idle(entry, now) > lifetime;
    }

private:
    void write(std::uint16_t server, const StateLifetimes &lifetimes);

    StateLifetimes fallback_;
    std::vector<std::uint16_t> ticks_; // by place
    std::vector<bool> in_use_;         // by server
};

} // namespace sipsteer::calls

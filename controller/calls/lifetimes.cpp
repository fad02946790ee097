// SPDX-License-Identifier: Apache-2.0
#include "calls/lifetimes.hpp"

#include <algorithm>

namespace sipsteer::calls {

Lifetimes::Lifetimes(const StateLifetimes &fallback)
    : fallback_(fallback), ticks_(kPlaces, 0), in_use_(SS_MAX_SERVERS, false) {
    for (std::uint16_t server = 0; server < SS_MAX_SERVERS; ++server) {
        write(server, fallback_);
    }
}

void Lifetimes::set(std::uint16_t server, const StateLifetimes &lifetimes) {
    in_use_.at(server) = true;
    write(server, lifetimes);
}

void Lifetimes::clear(std::uint16_t server) {
    in_use_.at(server) = false;
    write(server, fallback_);
}

void Lifetimes::write(std::uint16_t server, const StateLifetimes &lifetimes) {
    for (std::uint32_t state = SS_CALL_EMPTY + 1; state < SS_CALL_STATES; ++state) {
        ticks_[place_of(state, server)] = std::min<std::uint16_t>(
            lifetimes[state], static_cast<std::uint16_t>(SS_MAX_LIFETIME_TICKS));
    }
}

} // namespace sipsteer::calls

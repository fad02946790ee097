// SPDX-License-Identifier: Apache-2.0
#include "health/own_trouble.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace sipsteer::health {

namespace {

constexpr std::chrono::minutes kBetweenWarnings{1};

bool is_own_trouble(int code) {
    switch (code) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return true;
    default:
        return false;
    }
}

} // namespace

ProbeOutcome refused_outcome(int code) {
    const auto outcome = is_own_trouble(code) ? Outcome::NotSent : Outcome::Local;
    return {outcome, std::string("cannot send: ") + std::strerror(code), {}};
}

void OwnTrouble::note(const std::map<Address, NextHop> &next_hops, Time now) {
    std::erase_if(known_, [&](const auto &known) { return !next_hops.contains(known.first); });
    for (const auto &[address, next_hop] : next_hops) {
        auto &known = known_[address];
        const bool present = !next_hop.own_trouble.empty();
        if (known.present && !present) {
            known.ended = now;
        }
        known.present = present;
    }
}

bool OwnTrouble::excuses(const Address &hop, Time began) const {
    const auto known = known_.find(hop);
    if (known == known_.end()) {
        return false;
    }
    const auto &[present, ended] = known->second;
    return present || (ended && began < *ended + kSettle);
}

void warn_not_sent(const ProbeOutcome &outcome) {
    using std::chrono::steady_clock;
    static steady_clock::time_point next;
    static std::uint64_t probes = 0; // since the last warning
    ++probes;
    if (steady_clock::now() >= next) {
        log::warn("probes_not_sent", {{"problem", outcome.text}, {"probes", probes}});
        probes = 0;
        next = steady_clock::now() + kBetweenWarnings;
    }
}

} // namespace sipsteer::health

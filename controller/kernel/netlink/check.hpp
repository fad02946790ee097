// SPDX-License-Identifier: Apache-2.0
//
// Steered frames do not go through the kernel, so it would not notice for half a minute or longer
// that a server has another MAC, or none any more. Hence a check of our own, five times a second:
// the owner of the known MAC is asked, which costs the segment no broadcast (RFC 1122, 2.3.2.1). If
// it does not answer until the next turn, everybody is asked; a new owner's answer makes the kernel
// change its entry. If nobody answers that either, the kernel is to start over: it asks three times
// in three seconds, takes the first answer whatever it knew before (it ignores another MAC for a
// second after an entry has changed: neigh/*/locktime), and says so if there is none.
//
// Traffic for each next hop: five requests and five answers a second, 64 bytes each on the wire;
// by broadcast only while it is silent.
#pragma once

#include <chrono>
#include <optional>

namespace sipsteer {

/// What is to be done about one neighbour at each of its turns. Pure.
class Check {
public:
    using Clock = std::chrono::steady_clock;
    enum class Turn { AskOwner, AskEverybody, StartOver };

    /// `confirmed_ago`: since the neighbour last answered anybody's question.
    Turn next(Clock::time_point now, std::chrono::milliseconds confirmed_ago);

private:
    std::optional<Clock::time_point> asked_;
    unsigned unanswered_ = 0; // questions in a row
};

} // namespace sipsteer

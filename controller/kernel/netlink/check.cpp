// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/check.hpp"

namespace sipsteer {

namespace {

/// The kernel tells times in steps of 10 ms, rounded down, after up to 10 ms of its own tick.
constexpr std::chrono::milliseconds kCoarse{20};

/// One to the owner, one to everybody.
constexpr unsigned kMostUnanswered = 2;

} // namespace

Check::Turn Check::next(Clock::time_point now, std::chrono::milliseconds confirmed_ago) {
    const bool answered =
        !asked_ || std::chrono::duration_cast<std::chrono::milliseconds>(now - *asked_) + kCoarse >=
                       confirmed_ago;
    unanswered_ = answered ? 0 : unanswered_ + 1;
    asked_ = now;
    if (unanswered_ == 0) {
        return Turn::AskOwner;
    }
    return unanswered_ == kMostUnanswered ? Turn::StartOver : Turn::AskEverybody;
}

} // namespace sipsteer

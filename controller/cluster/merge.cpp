// SPDX-License-Identifier: Apache-2.0
#include "cluster/merge.hpp"

#include <algorithm>

namespace sipsteer::cluster {

namespace {

/// The same moment may be told as one tick more or less: directors round it by clocks of their own.
constexpr std::uint32_t kUnsure = 1;

__u64 with_idle(__u64 entry, std::uint32_t idle, std::uint32_t now) {
    return ss_call_make(ss_call_tag(entry), ss_call_state(entry), ss_call_server(entry),
                        now - idle);
}

/// What changed here and was not told to anybody stands, unless the other one had a message later.
bool is_later(const Here &here, const There &there, std::uint32_t now) {
    return ss_call_idle(there.entry, now) + kUnsure < ss_call_idle(here.entry, now);
}

} // namespace

Merged merge(const Here &here, const There &there, std::uint32_t now) {
    if (there.order < here.order || (there.order == here.order && here.wins_tie)) {
        return {Verdict::Old, 0};
    }
    if (there.expired) {
        return {Verdict::Over, 0};
    }
    if (here.entry == 0) {
        const bool live = ss_call_is_live(ss_call_state(there.entry)) != 0;
        return {live ? Verdict::Enter : Verdict::Over, there.entry};
    }
    const bool untold = here.order == 0 || !same_but_time(here.entry, here.agreed);
    if (untold && !same_but_time(here.entry, there.entry) && !is_later(here, there, now)) {
        return {Verdict::Old, 0};
    }
    const std::uint32_t idle =
        std::min(ss_call_idle(here.entry, now), ss_call_idle(there.entry, now));
    return {Verdict::Change, with_idle(there.entry, idle, now)};
}

} // namespace sipsteer::cluster

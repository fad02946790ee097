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

} // namespace sipsteer::calls

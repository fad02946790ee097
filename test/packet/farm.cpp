// SPDX-License-Identifier: Apache-2.0
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

namespace sipsteer::test {

__u32 server_of(const Outcome &outcome) {
    REQUIRE((outcome.action == XDP_TX || outcome.action == XDP_REDIRECT));
    return outcome.frame.at(5);
}

__u32 Farm::steer(const Packet &packet, ss_reason reason) {
    const Outcome outcome = run(packet);
    INFO(reason_label(outcome.reason) << " instead of " << reason_label(reason));
    CHECK(outcome.reason == reason);
    const __u32 index = server_of(outcome);
    check_frame(outcome.frame, addressed_to(packet.bytes(), index));
    return index;
}

void Farm::plant(std::uint64_t hash, enum ss_call_state state, __u32 server) {
    const __u64 position = ss_call_position(hash, 0);
    write_entry(ss_call_first_bucket(position, buckets_), 0,
                ss_call_make(ss_call_position_tag(position), state, server, now()));
}

Entry Farm::call(std::string_view call_id) {
    const auto found = entry(call_hash(call_id), 0);
    INFO("Call-ID " << call_id);
    REQUIRE(found);
    return *found;
}

} // namespace sipsteer::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data_plane.hpp"
#include "sip_messages.hpp"

#include <sipsteer/ring.h>

namespace sipsteer::test {

/// A stateful pool 0 of servers 0 to 3 behind services 1 (IPv4) and 2 (IPv6), port 5060.
class Farm : public DataPlane {
public:
    explicit Farm(std::uint32_t buckets = kBuckets) : DataPlane(buckets), buckets_(buckets) {
        pool(0);
        for (__u32 i = 0; i < kServers; i++) {
            server(i);
        }
        ring(0, {0, 1, 2, 3});
        service(1, kVip, 5060, 0);
        service(2, kVip6, 5060, 0);
    }

    static constexpr __u32 kServers = 4;

    /// The ring's server for a hash.
    static __u32 ring_server(std::uint64_t hash) { return ss_ring_slot(hash) % kServers; }

    /// Runs a request; checks that it leaves for a server, for this reason, and gives the server.
    __u32 steer(const Packet &packet, ss_reason reason);

    /// The entry of a Call-ID in pool 0; there must be one.
    Entry call(std::string_view call_id);

    /// Puts a call of pool 0 into the table.
    void plant(std::uint64_t hash, enum ss_call_state state, __u32 server);

private:
    std::uint32_t buckets_;
};

/// The server a frame was sent to, by its MAC.
__u32 server_of(const Outcome &outcome);

} // namespace sipsteer::test

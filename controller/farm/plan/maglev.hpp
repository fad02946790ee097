// SPDX-License-Identifier: Apache-2.0
//
// Maglev hashing (Eisenbud et al., NSDI 2016, 3.4), weighted: which server each slot of a pool's
// ring names.
//
// Directors that serve the same pool must give the same answer without talking to each other, and
// go on doing so while they are upgraded one by one. So what a slot names is part of the contract
// between directors: it depends only on the servers' identities and weights, by integer
// arithmetic written down here. Never change it without a note in CHANGELOG.md that directors of
// the two versions disagree. test/unit/farm/plan/maglev_test.cpp pins it.
//
//  1. Identity: the 16 bytes of the address, IPv4-mapped, and the 2 bytes of the port, both in
//     network byte order. The members are sorted by it.
//  2. Permutation: h = FNV-1a, 64 bits, of the identity. mix() is the finalizer of SplitMix64.
//     offset = mix(h) mod M, skip = mix(h + 0x9e3779b97f4a7c15) mod (M - 1) + 1. The member
//     wants the slots (offset + i * skip) mod M, in the order of i.
//  3. Turns: a member of weight w has its turns at the times 0, 3/w, 5/w, 7/w ... (turn k at
//     (2k + 1) / w, but the first at 0, so that nobody is without a slot). At the same time the
//     smaller identity comes first. At its turn a member takes the first slot of its
//     permutation that is free. It ends when no slot is free.
//
// A member's turns depend on nothing but its own weight. So when another comes, goes or changes
// its weight, the order among the rest stays as it was, which keeps the slots that change hands
// between them few; and the numbers of slots are the shares of the weights, rounded.
#pragma once

#include "base/address.hpp"

#include <sipsteer/ring.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sipsteer::plan {

/// A server that takes new calls.
struct RingMember {
    std::string identity;     // ring_identity()
    std::uint32_t weight = 0; // at most 65535 * 20 (slow start); 0: not in the ring
    std::uint16_t index = 0;  // what the slots hold: its place in this director's servers map

    auto operator<=>(const RingMember &) const = default;
};

/// The bytes by which all directors know a server. `port` in host byte order.
std::string ring_identity(const Address &address, std::uint16_t port);

/// Fills a ring. The order of `members` does not matter; none: every slot is SS_NO_SERVER. At
/// most SS_MAX_SERVERS members. Takes a few milliseconds.
std::shared_ptr<const ss_ring> make_ring(const std::vector<RingMember> &members);

} // namespace sipsteer::plan

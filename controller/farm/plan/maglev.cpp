// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/maglev.hpp"

#include <algorithm>
#include <queue>

namespace sipsteer::plan {

namespace {

constexpr std::uint32_t kSlots = SS_RING_SLOTS;

std::uint64_t fnv1a(const std::string &bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
    }
    return hash;
}

/// The finalizer of SplitMix64 (Steele et al., OOPSLA 2014).
std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

/// The slots in the order in which a member wants them.
class Permutation {
public:
    explicit Permutation(const std::string &identity) {
        const std::uint64_t hash = fnv1a(identity);
        slot_ = static_cast<std::uint32_t>(mix(hash) % kSlots);
        skip_ = static_cast<std::uint32_t>(mix(hash + 0x9e3779b97f4a7c15) % (kSlots - 1)) + 1;
    }

    std::uint32_t next() {
        const std::uint32_t slot = slot_;
        slot_ += skip_;
        slot_ -= slot_ >= kSlots ? kSlots : 0;
        return slot;
    }

private:
    std::uint32_t slot_;
    std::uint32_t skip_;
};

/// A member's next turn, at the time odd / weight. Fractions are compared without rounding:
/// odd < 2^18, weight < 2^21.
struct Turn {
    std::uint64_t odd;
    std::uint64_t weight;
    std::size_t member;

    /// For a queue that has its greatest on top: whether the other comes first.
    bool operator<(const Turn &other) const {
        const std::uint64_t mine = odd * other.weight;
        const std::uint64_t its = other.odd * weight;
        return mine != its ? mine > its : member > other.member;
    }
};

void fill(ss_ring &ring, const std::vector<RingMember> &sorted) {
    std::vector<Permutation> permutations;
    std::vector<Turn> first_turns;
    for (std::size_t i = 0; i < sorted.size(); i++) {
        permutations.emplace_back(sorted[i].identity);
        first_turns.push_back({0, sorted[i].weight, i});
    }
    std::priority_queue<Turn> turns(std::less<Turn>(), std::move(first_turns));
    for (std::uint32_t filled = 0; filled < kSlots; filled++) {
        Turn turn = turns.top();
        turns.pop();
        std::uint32_t slot = permutations[turn.member].next();
        while (ring.slot[slot] != SS_NO_SERVER) {
            slot = permutations[turn.member].next();
        }
        ring.slot[slot] = sorted[turn.member].index;
        turn.odd = turn.odd == 0 ? 3 : turn.odd + 2;
        turns.push(turn);
    }
}

} // namespace

std::string ring_identity(const Address &address, std::uint16_t port) {
    std::string identity(address.bytes().begin(), address.bytes().end());
    identity += static_cast<char>(port >> 8);
    identity += static_cast<char>(port & 0xff);
    return identity;
}

std::shared_ptr<const ss_ring> make_ring(const std::vector<RingMember> &members) {
    std::vector<RingMember> sorted;
    std::copy_if(members.begin(), members.end(), std::back_inserter(sorted),
                 [](const RingMember &member) { return member.weight != 0; });
    std::sort(sorted.begin(), sorted.end());

    auto ring = std::make_shared<ss_ring>(); // all zero
    std::fill(std::begin(ring->slot), std::end(ring->slot), std::uint16_t{SS_NO_SERVER});
    if (!sorted.empty()) {
        fill(*ring, sorted);
    }
    ring->slots = kSlots;
    for (const RingMember &member : sorted) {
        ring->member[ring->members++] = member.index;
    }
    std::sort(ring->member, ring->member + ring->members);
    return ring;
}

} // namespace sipsteer::plan

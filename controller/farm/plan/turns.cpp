// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/turns.hpp"

#include <algorithm>
#include <numeric>

namespace sipsteer::plan {

namespace {

constexpr std::int64_t kMostTurns = SS_RING_SLOTS;

void divide_by_common(std::vector<std::int64_t> &weights) {
    std::int64_t common = 0;
    for (const std::int64_t weight : weights) {
        common = std::gcd(common, weight);
    }
    for (std::int64_t &weight : weights) {
        weight /= common;
    }
}

std::int64_t sum_of(const std::vector<std::int64_t> &weights) {
    return std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
}

/// The first `round` slots of the ring.
void fill_by_turns(ss_ring &ring, const std::vector<RingMember> &sorted) {
    const auto weights = turn_weights(sorted);
    const std::int64_t round = sum_of(weights);
    std::vector<std::int64_t> collected(weights.size(), 0);
    for (std::int64_t slot = 0; slot < round; slot++) {
        for (std::size_t i = 0; i < weights.size(); i++) {
            collected[i] += weights[i];
        }
        const auto most = std::max_element(collected.begin(), collected.end());
        *most -= round;
        ring.slot[slot] = sorted[static_cast<std::size_t>(most - collected.begin())].index;
    }
    ring.slots = static_cast<std::uint32_t>(round);
}

} // namespace

std::vector<std::int64_t> turn_weights(const std::vector<RingMember> &members) {
    std::vector<std::int64_t> weights;
    weights.reserve(members.size());
    for (const RingMember &member : members) {
        weights.push_back(member.weight);
    }
    divide_by_common(weights);
    const std::int64_t sum = sum_of(weights);
    if (sum > kMostTurns) {
        // Rounded down they are `room` together at most, and one more each for those at 0.
        const std::int64_t room = kMostTurns - static_cast<std::int64_t>(weights.size());
        for (std::int64_t &weight : weights) {
            weight = std::max<std::int64_t>(1, weight * room / sum);
        }
        divide_by_common(weights);
    }
    return weights;
}

std::shared_ptr<const ss_ring> make_turns(const std::vector<RingMember> &members) {
    std::vector<RingMember> sorted;
    std::copy_if(members.begin(), members.end(), std::back_inserter(sorted),
                 [](const RingMember &member) { return member.weight != 0; });
    std::sort(sorted.begin(), sorted.end());

    auto ring = std::make_shared<ss_ring>(); // all zero
    ring->slots = 1;
    ring->slot[0] = SS_NO_SERVER;
    if (!sorted.empty()) {
        fill_by_turns(*ring, sorted);
    }
    for (std::uint32_t slot = ring->slots; slot < SS_RING_SLOTS; slot++) {
        ring->slot[slot] = ring->slot[slot - ring->slots];
    }
    for (const RingMember &member : sorted) {
        ring->member[ring->members++] = member.index;
    }
    std::sort(ring->member, ring->member + ring->members);
    return ring;
}

} // namespace sipsteer::plan

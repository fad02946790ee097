// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/turns.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>

using namespace sipsteer;
using plan::make_turns;
using plan::RingMember;

namespace {

using Numbers = std::vector<std::uint16_t>;

/// Server `index`: its identity sorts as its index does.
RingMember member(std::uint16_t index, std::uint16_t weight) {
    const auto high = static_cast<std::uint8_t>(index >> 8);
    const auto low = static_cast<std::uint8_t>(index & 0xff);
    return {plan::ring_identity(Address::from_ipv4({198, 51, high, low}), 5060), weight, index};
}

std::vector<RingMember> members(const Numbers &weights) {
    std::vector<RingMember> list;
    for (const std::uint16_t weight : weights) {
        list.push_back(member(static_cast<std::uint16_t>(list.size()), weight));
    }
    return list;
}

Numbers round_of(const ss_ring &ring) {
    return {ring.slot, ring.slot + ring.slots};
}

std::map<std::uint16_t, int> counts(const Numbers &round) {
    std::map<std::uint16_t, int> counts;
    for (const std::uint16_t index : round) {
        counts[index]++;
    }
    return counts;
}

/// The turns of one server are as far from an even spread as this, at worst, in turns.
double unevenness(const Numbers &round, std::uint16_t index) {
    const double share =
        static_cast<double>(counts(round)[index]) / static_cast<double>(round.size());
    double worst = 0;
    int had = 0;
    for (std::size_t i = 0; i < round.size(); i++) {
        had += round[i] == index;
        worst = std::max(worst, std::abs(had - share * static_cast<double>(i + 1)));
    }
    return worst;
}

} // namespace

TEST_CASE("equal weights take turns one after the other, whatever the weight is") {
    for (const std::uint16_t weight : Numbers{1, 20, 100, 65535}) {
        CHECK(round_of(*make_turns(members({weight, weight, weight}))) == Numbers{0, 1, 2});
    }
}

TEST_CASE("unequal weights have their turns, spread out") {
    CHECK(round_of(*make_turns(members({5, 1, 1}))) == Numbers{0, 0, 1, 0, 2, 0, 0});
    CHECK(round_of(*make_turns(members({100, 200}))) == Numbers{1, 0, 1});
    CHECK(round_of(*make_turns(members({2, 1, 1}))) == Numbers{0, 1, 2, 0});
    const Numbers weights = {100, 99, 37, 12, 250, 1};
    const Numbers round = round_of(*make_turns(members(weights)));
    CHECK(round.size() == 499);
    for (std::uint16_t i = 0; i < weights.size(); i++) {
        INFO("server " << i);
        CHECK(counts(round)[i] == weights[i]);
        CHECK(unevenness(round, i) <= 2.0); // a server in a row of its own: hundreds
    }
}

TEST_CASE("a server of weight 0 has no turn and is no member") {
    const auto ring = make_turns(members({3, 0, 3}));
    CHECK(round_of(*ring) == Numbers{0, 2});
    CHECK(Numbers(ring->member, ring->member + ring->members) == Numbers{0, 2});
}

TEST_CASE("nobody has all the turns of an empty round") {
    for (const Numbers &weights : {Numbers{}, Numbers{0, 0}}) {
        const auto ring = make_turns(members(weights));
        CHECK(ring->members == 0);
        CHECK(ring->slots == 1);
        CHECK(std::all_of(std::begin(ring->slot), std::end(ring->slot),
                          [](std::uint16_t slot) { return slot == SS_NO_SERVER; }));
    }
}

TEST_CASE("a round that is too long is scaled down, to one turn each at least") {
    SECTION("65535 to 65534 to 1") {
        const auto ring = make_turns(members({65535, 65534, 1}));
        auto turns = counts(round_of(*ring));
        CHECK(ring->slots <= SS_RING_SLOTS);
        CHECK(turns[2] == 1);
        CHECK(std::abs(turns[0] - turns[1]) <= 1);
        CHECK(turns[0] > 30'000);
    }
    SECTION("many servers, few of which are heavy") {
        Numbers weights(1000, 1);
        weights[7] = 65535;
        weights[8] = 32767;
        const auto ring = make_turns(members(weights));
        auto turns = counts(round_of(*ring));
        CHECK(ring->slots <= SS_RING_SLOTS);
        CHECK(ring->members == 1000);
        CHECK(turns.size() == 1000);
        CHECK(turns[0] == 1);
        CHECK(std::abs(turns[7] - 2 * turns[8]) <= 2);
    }
    SECTION("the weights of as many servers as there can be") {
        Numbers weights;
        for (std::uint16_t i = 0; i < SS_MAX_SERVERS; i++) {
            weights.push_back(static_cast<std::uint16_t>(65535 - i));
        }
        const auto scaled = plan::turn_weights(members(weights));
        const auto sum = std::accumulate(scaled.begin(), scaled.end(), std::int64_t{0});
        CHECK(sum <= SS_RING_SLOTS);
        CHECK(*std::min_element(scaled.begin(), scaled.end()) >= 1);
    }
}

TEST_CASE("the slots behind a round repeat it") {
    const auto ring = make_turns(members({2, 1}));
    REQUIRE(ring->slots == 3);
    for (std::size_t i = 0; i < SS_RING_SLOTS; i++) {
        if (ring->slot[i] != ring->slot[i % 3]) {
            FAIL("slot " << i);
        }
    }
}

TEST_CASE("the order of the list does not matter to the turns") {
    auto list = members({3, 1, 4, 1, 5});
    const auto ring = make_turns(list);
    std::reverse(list.begin(), list.end());
    CHECK(round_of(*make_turns(list)) == round_of(*ring));
    CHECK(Numbers(ring->member, ring->member + ring->members) == Numbers{0, 1, 2, 3, 4});
}

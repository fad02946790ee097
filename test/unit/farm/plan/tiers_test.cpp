// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/tiers.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace sipsteer::plan;

namespace {

/// Servers by index, each in the tier given for it.
std::vector<Candidate> in_tiers(const std::vector<unsigned> &tiers) {
    std::vector<Candidate> candidates;
    for (const unsigned tier : tiers) {
        const auto index = static_cast<std::uint16_t>(candidates.size());
        candidates.push_back({{std::to_string(index), 100, index}, tier});
    }
    return candidates;
}

std::set<int> used(const std::vector<unsigned> &tiers, std::size_t minimum) {
    std::set<int> indexes;
    for (const RingMember &member : members_of_tiers(in_tiers(tiers), minimum)) {
        indexes.insert(member.index);
    }
    return indexes;
}

} // namespace

TEST_CASE("the lowest tier alone is used while it has enough") {
    CHECK(used({0, 0, 1, 1}, 1) == std::set<int>{0, 1});
    CHECK(used({0, 0, 1, 1}, 2) == std::set<int>{0, 1});
    CHECK(used({0, 1, 1}, 1) == std::set<int>{0});
    CHECK(used({3, 3, 7}, 2) == std::set<int>{0, 1});
}

TEST_CASE("the next tier joins a tier that has too few") {
    CHECK(used({0, 1, 1, 2}, 2) == std::set<int>{0, 1, 2});
    CHECK(used({0, 1, 2, 2, 3}, 2) == std::set<int>{0, 1, 2, 3});
    CHECK(used({0, 1, 2}, 5) == std::set<int>{0, 1, 2});
}

TEST_CASE("a tier of which nobody can take calls gives way to the next") {
    CHECK(used({1, 1, 2}, 1) == std::set<int>{0, 1}); // of tier 0 there is none
    CHECK(used({2, 1}, 1) == std::set<int>{1});
    CHECK(used({}, 1).empty());
}

TEST_CASE("the members of tiers are sorted, whatever the order of the tiers") {
    const auto members = members_of_tiers(in_tiers({1, 0, 1, 0}), 3);
    REQUIRE(members.size() == 4);
    CHECK(std::is_sorted(members.begin(), members.end()));
}

// SPDX-License-Identifier: Apache-2.0
#include "cluster/peers.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::cluster;
using namespace std::chrono_literals;

namespace {

Batch batch(std::uint64_t run, std::uint64_t number, const std::string &director = "d") {
    return {director, run, number, 0, 0, 1, {}};
}

} // namespace

TEST_CASE("a director appears once, and again after a silence") {
    Peers peers;
    const Peers::Time begin{};
    CHECK(peers.note(batch(1, 5), "", 0, begin).appeared);
    CHECK_FALSE(peers.note(batch(1, 6), "", 0, begin + 2s).appeared);
    CHECK(peers.note_silent(begin + 12s).empty());
    CHECK(peers.note_silent(begin + 13s) == std::vector<std::string>{"d"});
    CHECK(peers.note_silent(begin + 14s).empty());
    CHECK(peers.note(batch(1, 7), "", 0, begin + 15s).appeared);
}

TEST_CASE("a gap in the numbers of a run is noticed, another run is none") {
    Peers peers;
    CHECK_FALSE(peers.note(batch(1, 5), "", 0, {}).missed); // the first one that came
    CHECK_FALSE(peers.note(batch(1, 6), "", 0, {}).missed);
    CHECK(peers.note(batch(1, 9), "", 0, {}).missed);
    CHECK(peers.all().at("d").missed == 2);
    CHECK_FALSE(peers.note(batch(2, 1), "", 0, {}).missed);
    CHECK_FALSE(peers.note(batch(1, 3, "e"), "", 0, {}).missed);
}

TEST_CASE("a difference is told once, and again if it is another one") {
    Peers peers;
    CHECK(peers.note(batch(1, 1), "secret", 0, {}).differs);
    CHECK_FALSE(peers.note(batch(1, 2), "secret", 0, {}).differs);
    CHECK(peers.note(batch(1, 3), "calls.capacity", 0, {}).differs);
    CHECK_FALSE(peers.note(batch(1, 4), "", 0, {}).differs);
    CHECK(peers.note(batch(1, 5), "secret", 0, {}).differs);
}

TEST_CASE("names that a stranger makes up do not fill the memory") {
    Peers peers;
    for (int i = 0; i < 1000; i++) {
        (void)peers.note(batch(1, 1, "d" + std::to_string(i)), "", 0, {});
    }
    CHECK(peers.all().size() == 256);
}

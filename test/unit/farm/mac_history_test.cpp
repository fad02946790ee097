// SPDX-License-Identifier: Apache-2.0
#include "farm/mac_history.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace std::chrono_literals;
using farm::MacHistory;
using Change = MacHistory::Change;

namespace {

constexpr MacAddress kFirst{2, 0, 0, 0, 3, 3};
constexpr MacAddress kSecond{2, 0, 0, 0, 3, 4};
constexpr MacAddress kThird{2, 0, 0, 0, 3, 5};

} // namespace

TEST_CASE("a server that gets another MAC has moved") {
    MacHistory history;
    const MacHistory::Time now{};
    CHECK(history.note(kFirst, now) == Change::Moved);
    CHECK(history.note(kFirst, now + 1s) == Change::None);
    CHECK(history.note(kSecond, now + 2s) == Change::Moved);
    CHECK(history.note(kThird, now + 3s) == Change::Moved);
}

TEST_CASE("a MAC that comes back within a minute is a second host, which is told once a minute") {
    MacHistory history;
    const MacHistory::Time now{};
    (void)history.note(kFirst, now);
    (void)history.note(kSecond, now + 1s);
    CHECK(history.note(kFirst, now + 2s) == Change::Conflict);
    CHECK(history.text() == "02:00:00:00:03:04, 02:00:00:00:03:03");
    CHECK(history.note(kSecond, now + 3s) == Change::Again);
    CHECK(history.note(kFirst, now + 50s) == Change::Again);
    CHECK(history.note(kSecond, now + 63s) == Change::Conflict);
}

TEST_CASE("a server that moves back after more than a minute has moved") {
    MacHistory history;
    const MacHistory::Time now{};
    (void)history.note(kFirst, now);
    (void)history.note(kSecond, now + 1s);
    CHECK(history.note(kFirst, now + 62s) == Change::Moved);
    CHECK(history.text() == "02:00:00:00:03:04, 02:00:00:00:03:03");
}

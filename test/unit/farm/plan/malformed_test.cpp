// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/malformed.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kAll = 1000;

MalformedCount count(std::uint64_t packets, const std::string &source = "192.0.2.7",
                     std::uint16_t service = 1) {
    return {service, *Prefix::parse(source), packets};
}

/// A watch that has begun, and its clock.
struct Watched {
    MalformedWatch watch;
    MalformedWatch::Limits limits{{1, 10}};
    MalformedWatch::Time now{1h};

    Watched() { note({}); }

    std::vector<MalformedCount> note(const std::vector<MalformedCount> &counts,
                                     std::chrono::seconds later = 1s, std::size_t most = kAll) {
        now += later;
        return watch.note(counts, limits, now, most);
    }
};

} // namespace

TEST_CASE("a source beyond the limit of a minute is named once") {
    Watched watched;
    CHECK(watched.note({count(10)}).empty());
    CHECK(watched.note({count(11)}) == std::vector{count(11)});
    CHECK(watched.note({count(12)}).empty());
    CHECK(watched.note({count(22)}) == std::vector{count(11)});
}

TEST_CASE("another minute counts for itself") {
    Watched watched;
    CHECK(watched.note({count(8)}).empty());
    CHECK(watched.note({count(9)}, 60s).empty());
    CHECK(watched.note({count(19)}).empty());
    CHECK(watched.note({count(20)}) == std::vector{count(11)});
}

TEST_CASE("each source and each service counts for itself") {
    Watched watched;
    watched.limits[2] = 5;
    watched.note({});
    CHECK(watched.note({count(6), count(6, "192.0.2.8"), count(6, "192.0.2.7", 2),
                        count(99, "192.0.2.7", 3)}) == std::vector{count(6, "192.0.2.7", 2)});
}

TEST_CASE("what was counted before there was a limit is let be") {
    Watched watched;
    CHECK(watched.note({count(500, "192.0.2.7", 2)}).empty());
    watched.limits[2] = 5;
    CHECK(watched.note({count(500, "192.0.2.7", 2)}).empty());
    CHECK(watched.note({count(506, "192.0.2.7", 2)}).size() == 1);
}

TEST_CASE("what was counted before the daemon came is let be") {
    MalformedWatch watch;
    const MalformedWatch::Limits limits{{1, 10}};
    const MalformedWatch::Time now{1h};
    CHECK(watch.note({count(500)}, limits, now, kAll).empty());
    CHECK(watch.note({count(510)}, limits, now + 1s, kAll).empty());
    CHECK(watch.note({count(511)}, limits, now + 2s, kAll) == std::vector{count(11)});
}

TEST_CASE("a source that the data plane forgot begins anew") {
    Watched watched;
    CHECK(watched.note({count(100)}).size() == 1);
    CHECK(watched.note({count(3)}).empty());
    CHECK(watched.note({count(11)}) == std::vector{count(11)});
    CHECK(watched.note({}).empty());
    CHECK(watched.note({count(11)}) == std::vector{count(11)});
}

TEST_CASE("those beyond the most wait for the next time") {
    Watched watched;
    const std::vector counts{count(50), count(50, "192.0.2.8"), count(50, "2001:db8::/64")};
    CHECK(watched.note(counts, 1s, 2).size() == 2);
    CHECK(watched.note(counts, 1s, 2) == std::vector{count(50, "2001:db8::/64")});
    CHECK(watched.note(counts, 1s, 2).empty());
}

// SPDX-License-Identifier: Apache-2.0
//
// Bans and their ends, by a clock that the test gives.
#include "farm/plan/bans.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::plan;
using std::chrono::seconds;

namespace {

const Ban::Time kStart{std::chrono::hours(500'000)};

Ban ban_of(const char *prefix, std::optional<Ban::Time> until, const std::string &service = "") {
    return {*Prefix::parse(prefix), service, kStart, until, "uid 0", "a comment"};
}

std::vector<std::string> names(const std::vector<Ban> &bans) {
    std::vector<std::string> names;
    for (const auto &ban : bans) {
        names.push_back(ban.prefix.to_string() + ban.service);
    }
    return names;
}

} // namespace

TEST_CASE("a ban ends when its time is over, the first ones first", "[bans]") {
    Bans bans;
    CHECK_FALSE(bans.next());
    bans.put(ban_of("192.0.2.7", kStart + seconds(20)));
    bans.put(ban_of("192.0.2.8", kStart + seconds(10)));
    bans.put(ban_of("192.0.2.9", std::nullopt));
    CHECK(bans.next() == kStart + seconds(10));
    CHECK(bans.expire(kStart + seconds(9), 10).empty());
    CHECK(names(bans.expire(kStart + seconds(20), 1)) == std::vector<std::string>{"192.0.2.8"});
    CHECK(names(bans.expire(kStart + seconds(20), 1)) == std::vector<std::string>{"192.0.2.7"});
    CHECK_FALSE(bans.next());
    CHECK(bans.all().size() == 1); // it has no end
}

TEST_CASE("a ban that is made again has a new time and its old beginning", "[bans]") {
    Bans bans;
    bans.put(ban_of("192.0.2.7", kStart + seconds(10)));
    auto again = ban_of("192.0.2.7", kStart + seconds(30));
    again.since = kStart + seconds(5);
    again.comment = "another";
    const auto &now = bans.put(again);
    CHECK(now.since == kStart);
    CHECK(now.comment == "another");
    CHECK(bans.all().size() == 1);
    CHECK(bans.next() == kStart + seconds(30));
    CHECK(bans.expire(kStart + seconds(10), 10).empty());
    auto third = ban_of("192.0.2.7", std::nullopt);
    third.comment = "";
    CHECK(bans.put(third).comment == "another");
    CHECK_FALSE(bans.next());
}

TEST_CASE("a ban of a service is another than that of all", "[bans]") {
    Bans bans;
    bans.put(ban_of("192.0.2.7", kStart + seconds(10)));
    bans.put(ban_of("192.0.2.7", kStart + seconds(20), "trunks"));
    CHECK(bans.all().size() == 2);
    const auto lifted = bans.lift({"trunks", *Prefix::parse("192.0.2.7")});
    REQUIRE(lifted);
    CHECK(lifted->service == "trunks");
    CHECK_FALSE(bans.lift({"trunks", *Prefix::parse("192.0.2.7")}));
    CHECK(bans.next() == kStart + seconds(10));
}

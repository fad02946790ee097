// SPDX-License-Identifier: Apache-2.0
#include "health/combine.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::health;
using sipsteer::Health;

namespace {

PathResult path(Health health, const char *reason = "", int changed = 0) {
    PathResult result;
    result.health = health;
    result.reason = reason;
    result.changed = std::chrono::system_clock::time_point(std::chrono::seconds(changed));
    return result;
}

PathResult dsr(Health health, const char *reason = "", int changed = 0,
               const char *vip = "198.51.100.100") {
    auto result = path(health, reason, changed);
    result.path = sipsteer::config::ProbePath::Dsr;
    result.to = {*sipsteer::Address::parse(vip), 5060};
    return result;
}

using Combined = std::pair<Health, std::string>;

} // namespace

TEST_CASE("the direct path alone: its health and its reason") {
    CHECK(combine({path(Health::Up, "200 OK 1 of 1")}) == Combined{Health::Up, "200 OK 1 of 1"});
    CHECK(combine({path(Health::Down, "timeout 3 of 3")}) ==
          Combined{Health::Down, "timeout 3 of 3"});
    CHECK(combine({path(Health::Unknown)}) == Combined{Health::Unknown, ""});
}

TEST_CASE("down if one path is, up if all are") {
    CHECK(combine({path(Health::Up, "200 OK 1 of 1"), dsr(Health::Down, "timeout 3 of 3")}) ==
          Combined{Health::Down, "dsr: timeout 3 of 3"});
    CHECK(combine({path(Health::Down, "503 3 of 3"), dsr(Health::Up, "200 OK 1 of 1")}) ==
          Combined{Health::Down, "direct: 503 3 of 3"});
    CHECK(combine({path(Health::Down, "503 3 of 3"), dsr(Health::Unknown)}) ==
          Combined{Health::Down, "direct: 503 3 of 3"});
    CHECK(combine({path(Health::Up, "200 OK 1 of 1"), dsr(Health::Unknown)}) ==
          Combined{Health::Unknown, ""});
    CHECK(combine({path(Health::Up, "200 OK 1 of 1", 1), dsr(Health::Up, "200 OK 2 of 2", 2)}) ==
          Combined{Health::Up, "dsr: 200 OK 2 of 2"});
    CHECK(combine({path(Health::Up, "200 OK 1 of 1", 3), dsr(Health::Up, "200 OK 2 of 2", 2)}) ==
          Combined{Health::Up, "direct: 200 OK 1 of 1"});
}

TEST_CASE("with several VIPs the reason names the one") {
    CHECK(combine({dsr(Health::Up), dsr(Health::Down, "timeout 3 of 3", 0, "2001:db8::100")}) ==
          Combined{Health::Down, "dsr [2001:db8::100]:5060: timeout 3 of 3"});
}

TEST_CASE("a neighbour that failed is no path's own matter") {
    CHECK(combine({path(Health::Down, kNeighbourFailed), dsr(Health::Down, kNeighbourFailed)}) ==
          Combined{Health::Down, "neighbour failed"});
}

TEST_CASE("without any path nothing is known") {
    CHECK(combine({}) == Combined{Health::Unknown, ""});
}

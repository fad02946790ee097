// SPDX-License-Identifier: Apache-2.0
#include "farm/farm_status.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace sipsteer;
using namespace sipsteer::farm;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a pool is up, or down and says why") {
    plan::PlannedPool pool;
    CHECK(pool_state_json(&pool) == json{{"state", "up"}});
    pool.down = "no server can take new calls";
    CHECK(pool_state_json(&pool) ==
          json{{"state", "down"}, {"why", "no server can take new calls"}});
    CHECK(pool_state_json(nullptr)["state"] == "down");
}

TEST_CASE("a pool shows how it chooses, in the words of the configuration") {
    config::Pool pool;
    pool.name = "p";
    pool.scheduler = config::Scheduler::WeightedRoundRobin;
    pool.key = config::Key::CallIdAndVia;
    pool.when_down = config::WhenDown::Reject;
    const plan::PlannedPool planned;
    CHECK(pool_json(pool, &planned) == json{{"name", "p"},
                                            {"mode", "stateful"},
                                            {"scheduler", "weighted-round-robin"},
                                            {"key", "call-id-and-via"},
                                            {"when_down", "reject"},
                                            {"state", "up"}});
}

TEST_CASE("a drain shows what is left, apart by what holds it up") {
    calls::ServerCalls calls;
    calls.by_state = {0, 2, 3, 4, 50, 600};
    calls.oldest_idle = 10; // ticks
    calls.oldest_age = 100;
    plan::Drain drain;
    drain.began = plan::Drain::Time::clock::now() - 60s;
    json shown = drain_json(drain, calls);
    CHECK(shown["calls_left"] == 5);
    CHECK(shown["closing_left"] == 4);
    CHECK(shown["others_left"] == 650);
    CHECK(shown["oldest_idle_seconds"] == 21);
    CHECK(shown["oldest_seconds"] == 215);
    CHECK(shown["deadline_unix"].is_null());
    CHECK(shown["drained"] == false);
    CHECK(drain_calls(calls, false) == 9);
    CHECK(drain_calls(calls, true) == 59); // its registrations bring new calls

    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    CHECK(std::abs(now - 60 - shown["since_unix"].get<std::int64_t>()) <= 2);
    drain.deadline = drain.began + 90s;
    shown = drain_json(drain, calls);
    CHECK(std::abs(now + 30 - shown["deadline_unix"].get<std::int64_t>()) <= 2);

    drain.done = true;
    CHECK(drain_json(drain, {})["drained"] == true);
    drain.done = false;
    drain.over = true;
    CHECK(drain_json(drain, calls)["drained"] == true);
}

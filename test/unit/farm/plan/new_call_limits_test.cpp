// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/new_call_limits.hpp"
#include "plan_world.hpp"

#include <chrono>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

} // namespace

TEST_CASE("a limit on new calls is a gap and the time that a burst stands for") {
    config::NewCallLimits limits;
    limits.per_address = {30, 10};
    limits.per_network = {60'000'000, 1};
    limits.known_for = std::chrono::seconds(3600);
    const auto value = new_call_limits(limits);
    CHECK(value.limit[SS_GUARD_LIMIT_ADDRESS].gap == 2 * kSecond);
    CHECK(value.limit[SS_GUARD_LIMIT_ADDRESS].burst == 18 * kSecond);
    CHECK(value.limit[SS_GUARD_LIMIT_NETWORK].gap == 1000);
    CHECK(value.limit[SS_GUARD_LIMIT_NETWORK].burst == 0);
    CHECK(value.limit[SS_GUARD_LIMIT_KNOWN].gap == 0); // none
    CHECK(value.known_for == 1676);                    // ticks of 2.147 s
    CHECK(value.in_use == 1);
    CHECK(value.observe == 0);
}

TEST_CASE("without a limit the data plane need not look") {
    config::NewCallLimits limits;
    limits.observe = true;
    CHECK(new_call_limits(limits).in_use == 0);
    limits.known_address.per_minute = 1;
    CHECK(new_call_limits(limits).in_use == 1);
    CHECK(new_call_limits(limits).observe == 1);
}

TEST_CASE("the longest of all limits fits the data plane's clock") {
    config::NewCallLimits limits;
    limits.per_address = {1, 1'000'000};
    limits.known_for = std::chrono::hours(19);
    const auto value = new_call_limits(limits);
    CHECK(value.limit[SS_GUARD_LIMIT_ADDRESS].burst < 1ULL << 62); // SS_GUARD_EPOCH in bpf/
    CHECK(value.known_for < SS_MAX_LIFETIME_TICKS);
}

TEST_CASE("a plan with another limit is another plan") {
    World world;
    const Plan before = world.plan();
    world.config.services[0].new_call_limits.per_network.per_minute = 5;
    const Plan after = world.plan();
    CHECK(before != after);
    const auto limited = [](const Plan &plan) {
        return std::count_if(plan.services.begin(), plan.services.end(),
                             [](const auto &service) { return service.limits.in_use != 0; });
    };
    CHECK(limited(before) == 0);
    CHECK(limited(after) == 1);
}

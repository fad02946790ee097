// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/service_guard.hpp"
#include "plan_world.hpp"

#include <sipsteer/method.h>

#include <string>

using namespace sipsteer;
using namespace sipsteer::plan;
using namespace sipsteer::plan::test;
using config::GuardFrom;

namespace {

constexpr unsigned bit(unsigned method) {
    return 1U << method;
}

ss_guard_limits value_of(const config::ServiceGuard &guard) {
    ss_guard_limits value{};
    add_service_guard(guard, value);
    return value;
}

} // namespace

TEST_CASE("closed methods are bits of the data plane's value") {
    config::ServiceGuard guard;
    CHECK(value_of(guard).in_use == 0);
    guard.methods = {{SS_METHOD_OTHER, GuardFrom::Known},
                     {SS_METHOD_UPDATE, GuardFrom::Trusted},
                     {SS_METHOD_INVITE, GuardFrom::All}};
    const auto value = value_of(guard);
    CHECK(value.from_known == bit(SS_METHOD_OTHER));
    CHECK(value.from_trusted == bit(SS_METHOD_UPDATE));
    CHECK(value.in_use == 1);
    CHECK(value.observe_strangers == 0);
    CHECK(std::string(method_from(value, SS_METHOD_OTHER)) == "known");
    CHECK(std::string(method_from(value, SS_METHOD_UPDATE)) == "trusted");
    CHECK(std::string(method_from(value, SS_METHOD_INVITE)).empty());
    CHECK(std::string(method_from(value, SS_METHOD_RESPONSE_2XX)).empty());
}

TEST_CASE("stealth closes three methods, but for what the list says") {
    config::ServiceGuard guard;
    guard.stealth = true;
    guard.observe = true;
    CHECK(value_of(guard).from_known ==
          (bit(SS_METHOD_INVITE) | bit(SS_METHOD_OPTIONS) | bit(SS_METHOD_REGISTER)));
    CHECK(value_of(guard).observe_strangers == 1);
    guard.methods = {{SS_METHOD_REGISTER, GuardFrom::All}, {SS_METHOD_OPTIONS, GuardFrom::Trusted}};
    CHECK(value_of(guard).from_known == bit(SS_METHOD_INVITE));
    CHECK(value_of(guard).from_trusted == bit(SS_METHOD_OPTIONS));
}

TEST_CASE("scanners are text and mask of the data plane's value") {
    config::ServiceGuard guard;
    guard.user_agents = {"sipcli", "friendly-scanner"};
    const auto value = value_of(guard);
    CHECK(value.agents == 2);
    CHECK(value.in_use == 1);
    CHECK(value.agent[0].text[0] == 0x0000696c63706973);
    CHECK(value.agent[0].mask[0] == 0x0000ffffffffffff);
    CHECK(value.agent[0].mask[1] == 0);
    CHECK(value.agent[1].mask[1] == ~0ULL);
    CHECK(value.agent[2].mask[0] == 0);
    CHECK(scanner_of(value, "SIPcli/v1.8") == "sipcli");
    CHECK(scanner_of(value, "Friendly-Scanner") == "friendly-scanner");
    CHECK_FALSE(scanner_of(value, "friendly-scanne").has_value());
    CHECK_FALSE(scanner_of(value, "a phone").has_value());
}

TEST_CASE("what is no message is counted where it has a limit") {
    config::ServiceGuard guard;
    guard.malformed_limit.per_minute = 60;
    CHECK(value_of(guard).malformed == 1);
    CHECK(value_of(guard).in_use == 1);
}

TEST_CASE("a plan with another closed method is another plan") {
    World world;
    const Plan before = world.plan();
    world.config.services[0].guard.stealth = true;
    CHECK(before != world.plan());
}

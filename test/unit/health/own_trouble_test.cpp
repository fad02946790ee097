// SPDX-License-Identifier: Apache-2.0
//
// Which failures of probes say nothing of the servers.
#include "health/own_trouble.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::health;
using namespace std::chrono_literals;

namespace {

const auto kServer = *Address::parse("192.0.2.11");
const auto kOther = *Address::parse("192.0.2.12");

std::map<Address, NextHop> hops(const char *own_trouble) {
    NextHop hop;
    hop.resolved = true;
    hop.own_trouble = own_trouble;
    return {{kServer, hop}, {kOther, NextHop{}}};
}

} // namespace

TEST_CASE("failures count while all is well, and of hops that nobody knows") {
    OwnTrouble trouble;
    OwnTrouble::Time now{};
    CHECK_FALSE(trouble.excuses(kServer, now));
    trouble.note(hops(""), now);
    CHECK_FALSE(trouble.excuses(kServer, now));
}

TEST_CASE("failures do not count while the host is in trouble, and for a moment after it") {
    OwnTrouble trouble;
    const OwnTrouble::Time start{};
    trouble.note(hops("no route"), start);
    CHECK(trouble.excuses(kServer, start - 1s)); // it was under way
    CHECK(trouble.excuses(kServer, start + 1h));
    CHECK_FALSE(trouble.excuses(kOther, start + 1s));
    const auto end = start + 10s;
    trouble.note(hops(""), end);
    CHECK(trouble.excuses(kServer, end - 100ms));
    CHECK(trouble.excuses(kServer, end + OwnTrouble::kSettle - 1ms));
    CHECK_FALSE(trouble.excuses(kServer, end + OwnTrouble::kSettle));
    trouble.note({}, end);
    CHECK_FALSE(trouble.excuses(kServer, end));
}

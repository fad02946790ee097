// SPDX-License-Identifier: Apache-2.0
//
// What a client of a tap wants, exactly, and what the data plane is told to show for all clients.
#include "kernel/rings/filter.hpp"

#include <sipsteer/reason.h>

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::rings;

namespace {

const std::uint64_t kKey = 0x40000000'00000001;

ss_tapped example() {
    ss_tapped tapped{};
    tapped.key = kKey;
    tapped.server = 3;
    tapped.reason = SS_REASON_CALL_HIT;
    return tapped;
}

bool wants(const Filter &filter, const std::string &call_id = "a@b") {
    const auto tapped = example();
    return filter.wants({tapped, *Address::parse("192.0.2.7"), call_id});
}

Filter with(void (*change)(Filter &)) {
    Filter filter;
    change(filter);
    return filter;
}

ss_tap tap_of(const std::vector<Filter> &filters, ByCallKey by_key = ByCallKey::Yes) {
    std::vector<const Filter *> pointers;
    for (const auto &filter : filters) {
        pointers.push_back(&filter);
    }
    return tap_for(pointers, 1000, by_key);
}

const Filter kServer3 = with([](Filter &filter) { filter.server = 3; });
const Filter kServer4 = with([](Filter &filter) { filter.server = 4; });
const Filter kCall = with([](Filter &filter) {
    filter.call_id = "a@b";
    filter.call_key = kKey;
});
const Filter kNet = with([](Filter &filter) { filter.source = Prefix::parse("192.0.2.0/24"); });
const Filter kHits = with([](Filter &filter) { filter.reason = SS_REASON_CALL_HIT; });

} // namespace

TEST_CASE("a filter wants what all of it holds for") {
    CHECK(wants({}));
    CHECK(wants(kServer3));
    CHECK_FALSE(wants(kServer4));
    CHECK(wants(kHits));
    CHECK_FALSE(wants(with([](Filter &filter) { filter.reason = SS_REASON_CALL_NEW; })));
    CHECK(wants(kNet));
    CHECK_FALSE(wants(with([](Filter &filter) { filter.source = Prefix::parse("192.0.2.8"); })));
    CHECK(wants(with([](Filter &filter) { filter.share = 0.26; })));
    CHECK_FALSE(wants(with([](Filter &filter) { filter.share = 0.24; })));
    Filter both = kServer3;
    both.source = Prefix::parse("192.0.2.8");
    CHECK_FALSE(wants(both));
}

TEST_CASE("a call is known by its Call-ID, a fragment without one by the key") {
    CHECK(wants(kCall, "a@b"));
    CHECK(wants(kCall, ""));
    CHECK_FALSE(wants(kCall, "A@b")); // the key of two Call-IDs is not the same but by chance
    Filter other = kCall;
    other.call_key = kKey + 1;
    CHECK_FALSE(wants(other, ""));
    other.call_key.reset();
    CHECK_FALSE(wants(other, ""));
}

TEST_CASE("nobody wants anything: the tap is off") {
    CHECK(tap_of({}).on == 0);
}

TEST_CASE("one filter is the data plane's") {
    Filter all = kCall;
    all.server = 3;
    all.reason = SS_REASON_CALL_HIT;
    all.source = Prefix::parse("192.0.2.0/24");
    all.share = 0.5;
    const auto tap = tap_of({all});
    CHECK(tap.on == 1);
    CHECK(tap.snap == 1000);
    CHECK(tap.server == 3);
    CHECK(tap.reason == SS_REASON_CALL_HIT);
    CHECK(tap.key == kKey);
    CHECK(tap.prefix == 96 + 24);
    CHECK(tap.source[12] == 192);
    CHECK(tap.sample == 0x7fffffff);
    const auto any = tap_of({Filter()});
    CHECK(any.server == SS_TAP_ANY);
    CHECK(any.reason == SS_TAP_ANY);
    CHECK(any.key == 0);
    CHECK(any.prefix == 0);
    CHECK(any.sample == 0xffffffff);
}

TEST_CASE("of several filters it is what they have in common") {
    CHECK(tap_of({kServer3, kServer3}).server == 3);
    CHECK(tap_of({kServer3, kServer4}).server == SS_TAP_ANY);
    CHECK(tap_of({kServer3, Filter()}).server == SS_TAP_ANY);
    CHECK(tap_of({kHits, kServer3}).reason == SS_TAP_ANY);
    CHECK(tap_of({kCall, kServer3}).key == 0);
    CHECK(tap_of({kNet, kHits}).prefix == 0);
    const Filter rare = with([](Filter &filter) { filter.share = 0.01; });
    const Filter common = with([](Filter &filter) { filter.share = 0.5; });
    CHECK(tap_of({rare, common}).sample == tap_of({common}).sample);
}

TEST_CASE("where pools go by more than the Call-ID, the data plane cannot choose by the call") {
    CHECK(tap_of({kCall}, ByCallKey::No).key == 0);
    CHECK(tap_of({kCall}, ByCallKey::No).on == 1);
}

// SPDX-License-Identifier: Apache-2.0
#include "sip/finder.h"

#include <sipsteer/call.h>

#include <catch2/catch.hpp>

namespace {

constexpr unsigned kNone = SS_CALL_EMPTY;
constexpr unsigned kEarly = SS_CALL_EARLY;
constexpr unsigned kConfirmed = SS_CALL_CONFIRMED;
constexpr unsigned kClosing = SS_CALL_CLOSING;
constexpr unsigned kOther = SS_CALL_OTHER;
constexpr unsigned kSource = SS_CALL_SOURCE;

struct Row {
    const char *event_name;
    unsigned event;
    unsigned first; // state of a call that begins with it
    // State after it, for a call that was early, confirmed, closing, other.
    unsigned from_early, from_confirmed, from_closing, from_other;
};

const Row kTable[] = {
    {"INVITE", FINDER_START, kEarly, kEarly, kConfirmed, kEarly, kEarly},
    {"re-INVITE", FINDER_REINVITE, kOther, kConfirmed, kConfirmed, kConfirmed, kOther},
    {"ACK", FINDER_ACK, kNone, kConfirmed, kConfirmed, kConfirmed, kOther},
    {"ACK of a failure", FINDER_FAILED, kNone, kClosing, kConfirmed, kClosing, kOther},
    {"CANCEL", FINDER_CANCEL, kNone, kClosing, kConfirmed, kClosing, kOther},
    {"BYE", FINDER_END, kNone, kClosing, kClosing, kClosing, kClosing},
    {"answer to a BYE", FINDER_ENDED, kOther, kClosing, kClosing, kClosing, kClosing},
    {"UPDATE", FINDER_DIALOG, kOther, kEarly, kConfirmed, kConfirmed, kOther},
    {"REGISTER", FINDER_OTHER, kOther, kEarly, kConfirmed, kClosing, kOther},
    {"response", FINDER_RESPONSE, kOther, kEarly, kConfirmed, kClosing, kOther},
    {"copy", FINDER_COPY, kNone, kEarly, kConfirmed, kClosing, kOther},
};

} // namespace

TEST_CASE("the first message makes the state", "[call_state]") {
    for (const Row &row : kTable) {
        INFO(row.event_name);
        CHECK(finder_first_state(row.event) == row.first);
    }
    CHECK(finder_first_state(FINDER_SOURCE) == kSource);
}

TEST_CASE("a later message changes it", "[call_state]") {
    for (const Row &row : kTable) {
        INFO(row.event_name);
        CHECK(finder_next_state(kEarly, row.event) == row.from_early);
        CHECK(finder_next_state(kConfirmed, row.event) == row.from_confirmed);
        CHECK(finder_next_state(kClosing, row.event) == row.from_closing);
        CHECK(finder_next_state(kOther, row.event) == row.from_other);
    }
}

TEST_CASE("a source stays one", "[call_state]") {
    CHECK(finder_next_state(kSource, FINDER_SOURCE) == kSource);
}

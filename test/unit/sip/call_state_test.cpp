// SPDX-License-Identifier: Apache-2.0
#include "sip/finder.h"

#include <sipsteer/call_life.h>

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr unsigned kNone = SS_CALL_EMPTY;
constexpr unsigned kEarly = SS_CALL_EARLY;
constexpr unsigned kConfirmed = SS_CALL_CONFIRMED;
constexpr unsigned kClosing = SS_CALL_CLOSING;
constexpr unsigned kOther = SS_CALL_OTHER;
constexpr unsigned kSource = SS_CALL_SOURCE;

/// Written apart from the list, which decides.
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

/// A line of SS_CALL_LIFE_LIST.
struct Step {
    unsigned next;
    std::string section;
};

std::map<std::pair<unsigned, unsigned>, Step> steps() {
    std::map<std::pair<unsigned, unsigned>, Step> all;
#define ADD_STEP(state, event, next, section)                                                      \
    REQUIRE(all.insert({{SS_CALL_##state, SS_EVENT_##event}, {SS_CALL_##next, section}}).second);
    SS_CALL_LIFE_LIST(ADD_STEP)
#undef ADD_STEP
    return all;
}

std::string name_of(unsigned state) {
#define STATE_NAME(number, symbol, name) name,
    return std::vector<std::string>{SS_CALL_STATE_LIST(STATE_NAME)}.at(state);
#undef STATE_NAME
}

/// The cells of the guide's line that begins with these words; nothing: there is none.
std::optional<std::vector<std::string>> guide_row(const std::string &words) {
    std::ifstream guide(SIPSTEER_SOURCE_DIR "/deploy/guide.md");
    for (std::string line; std::getline(guide, line);) {
        if (line.rfind("| " + words + " |", 0) != 0 && line.rfind("| " + words + ", but", 0) != 0) {
            continue;
        }
        std::vector<std::string> cells;
        std::istringstream rest(line.substr(2));
        for (std::string cell; std::getline(rest, cell, '|');) {
            const auto end = cell.find_last_not_of(' ');
            cells.push_back(end == std::string::npos ? "" : cell.substr(0, end + 1));
            rest.ignore(1);
        }
        return cells;
    }
    return std::nullopt;
}

std::string first_word(const std::string &text) {
    return text.substr(0, text.find_first_of(" ,"));
}

} // namespace

TEST_CASE("each message does what its line of the list says, and nothing else", "[call_state]") {
    const auto all = steps();
    for (unsigned state = 0; state < SS_CALL_STATES; ++state) {
        for (unsigned event = 0; event < SS_EVENTS; ++event) {
            INFO(name_of(state) << ", event " << event);
            const auto step = all.find({state, event});
            CHECK(finder_next_state(state, event) ==
                  (step == all.end() ? state : step->second.next));
            // An attempt that fails is an ACK or a CANCEL before it is looked up.
            if (step != all.end() && event != FINDER_FAILED) {
                CHECK(finder_may_change(state, event) != 0);
            }
        }
    }
}

TEST_CASE("the guide's table of states is the list", "[call_state]") {
    const auto all = steps();
#define ADD_WORDS(number, symbol, name, words) words,
    const std::vector<std::string> words = {SS_EVENT_LIST(ADD_WORDS)};
#undef ADD_WORDS
    for (unsigned event = 0; event < SS_EVENTS; ++event) {
        INFO(words[event]);
        const auto row = guide_row(words[event]);
        if (event == FINDER_COPY || event == FINDER_DOUBTFUL) { // of no state
            CHECK_FALSE(row);
            continue;
        }
        REQUIRE(row);
        REQUIRE(row->size() == 7);
        for (const unsigned state : {kNone, kEarly, kConfirmed, kClosing, kOther}) {
            const auto step = all.find({state, event});
            const bool changes = step != all.end();
            INFO(name_of(state));
            CHECK(first_word(row->at(1 + state)) == (changes          ? name_of(step->second.next)
                                                     : state == kNone ? "none"
                                                                      : "-"));
            CHECK((!changes || row->back() == step->second.section));
        }
    }
}

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

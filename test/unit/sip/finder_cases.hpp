// SPDX-License-Identifier: Apache-2.0
//
// What every finder of a part of a message is checked for, against its slow, obvious reference.
#pragma once

#include "exact_text.hpp"
#include "mutator.hpp"
#include "shared_sip.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::test {

struct FinderCase {
    const char *what;
    std::string message;
    std::string value; // that is to be found; empty: none
};
using FinderCases = std::vector<FinderCase>;

class FinderCheck {
public:
    FinderCheck(finder_span (*finder)(finder_text), std::string_view (*reference)(std::string_view))
        : finder_(finder), reference_(reference) {}

    /// In a message of `length` bytes of which `readable` are there.
    std::string find_in(const std::string &readable, std::size_t length) const {
        const ExactText memory(readable);
        const finder_span span = finder_(memory.text(length));
        return span.length == 0 ? "" : readable.substr(span.offset, span.length);
    }

    std::string find(const std::string &message) const { return find_in(message, message.size()); }

    void cases(const FinderCases &cases) const {
        for (const FinderCase &one : cases) {
            INFO(one.what << ":\n" << one.message);
            CHECK(find(one.message) == one.value);
            CHECK(reference_(one.message) == one.value);
        }
    }

    /// Cut at every byte, a message is as if it ended there.
    void cut_short(const std::vector<std::string> &messages) const {
        for (const std::string &message : messages) {
            for (std::size_t readable = 0; readable <= message.size(); readable++) {
                const std::string part = message.substr(0, readable);
                const std::string expected(reference_(part));
                if (find(part) != expected || find_in(part, message.size()) != expected) {
                    INFO(part);
                    CHECK(find(part) == expected);
                    REQUIRE(find_in(part, message.size()) == expected);
                }
            }
        }
    }

    /// 100,000 messages changed at random with `pieces`.
    void random(const std::vector<std::string> &messages,
                const std::vector<std::string> &pieces) const {
        Mutator mutate(20261122, pieces);
        std::size_t found = 0;
        for (int i = 0; i < 100'000; i++) {
            const std::string message = mutate(messages[mutate.below(messages.size())]);
            const std::string expected(reference_(message));
            found += !expected.empty();
            if (find(message) != expected) {
                INFO("message " << i << ":\n" << message);
                REQUIRE(find(message) == expected);
            }
        }
        CHECK(found > 20'000);
        CHECK(found < 90'000);
    }

    /// One of so many has what is looked for, at least.
    void collected(std::size_t among = 2) const {
        const auto messages = read_shared_sip();
        if (!messages) {
            WARN("skipped: no collected messages (SIPSTEER_SHARED_SIP names their folder)");
            return;
        }
        std::size_t found = 0;
        for (const SharedMessage &message : *messages) {
            INFO(message.file);
            const std::string value = find(message.text);
            CHECK(value == reference_(message.text));
            found += !value.empty();
        }
        CHECK(found > messages->size() / among);
    }

private:
    finder_span (*finder_)(finder_text);
    std::string_view (*reference_)(std::string_view);
};

inline std::vector<std::string> messages_of(std::initializer_list<const FinderCases *> lists) {
    std::vector<std::string> messages;
    for (const FinderCases *cases : lists) {
        for (const FinderCase &one : *cases) {
            messages.push_back(one.message);
        }
    }
    return messages;
}

} // namespace sipsteer::test

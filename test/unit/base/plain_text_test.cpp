// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;

TEST_CASE("what a person can read is left as it is") {
    for (const std::string text : {"", "proxy1 \"up\"", "Zürich-☎", "שלום", "日本語", "😀"}) {
        CHECK(plain_text(text) == text);
    }
}

TEST_CASE("what drives a terminal or turns text around is escaped") {
    CHECK(plain_text("a\x1b[2J\n\x7f") == "a\\x1b[2J\\x0a\\x7f");
    CHECK(plain_text("\xc2\x9b"
                     "2J") == "\\xc2\\x9b2J");   // CSI, of C1
    CHECK(plain_text("\xc2\xa0") == "\xc2\xa0"); // the first behind C1
    for (const std::string mark :
         {"\u061c", "\u200e", "\u200f", "\u2028", "\u202a", "\u202e", "\u2066", "\u2069"}) {
        CHECK(plain_length(mark) == 0);
        CHECK(plain_text("a" + mark + "b").size() == 2 + 4 * mark.size());
    }
    for (const std::string other : {"\u200d", "\u2027", "\u202f", "\u2065", "\u206a"}) {
        CHECK(plain_length(other) == other.size());
    }
    CHECK(plain_text("\xff\xe2\x80") == "\\xff\\xe2\\x80"); // not UTF-8
}

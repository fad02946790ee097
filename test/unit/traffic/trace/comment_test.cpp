// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/comment.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::trace;

TEST_CASE("a comment is plain words") {
    CHECK(write_comment({{"service", "sip"}, {"server", ""}, {"call_id", "a84b@pc33"}}) ==
          "service=sip call_id=a84b@pc33");
    CHECK(write_comment({}).empty());
}

TEST_CASE("no value can end itself, nor drive a terminal; the text is UTF-8") {
    CHECK(write_comment({{"call_id", "x server=proxy9"}}) == "call_id=\"x server=proxy9\"");
    CHECK(write_comment({{"call_id", "a\x1b[31m\"\\\xff"}}) ==
          "call_id=\"a\\x1b[31m\\\"\\\\\\xff\"");
}

TEST_CASE("what was written is read back, whatever bytes it has") {
    std::string all;
    for (int byte = 1; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    for (const std::string &value :
         {std::string("plain"), std::string("a b"), std::string("a=b c=\"d\""),
          std::string("\\x41"), std::string("\r\n\t"), std::string("\xc3\xa4"),
          std::string(1, '\0') + "x", all}) {
        const CommentFields fields{{"first", value}, {"second", "2"}};
        CHECK(read_comment(write_comment(fields)) == fields);
    }
}

TEST_CASE("other texts have no fields, and do no harm") {
    CHECK(read_comment("").empty());
    CHECK(read_comment("just words").empty());
    CHECK(field_of(read_comment("a=\"open"), "a") == "open");
    CHECK(field_of(read_comment("a=\"ends in \\"), "a") == "ends in \\");
    CHECK(field_of(read_comment("a=\"\\x4"), "a") == "x4");
    CHECK(field_of(read_comment("a=1 b=2"), "c").empty());
}

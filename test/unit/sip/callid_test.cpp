// SPDX-License-Identifier: Apache-2.0
#include "exact_text.hpp"
#include "mutator.hpp"
#include "reference_finder.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace std::string_literals;
using namespace sipsteer::test;

namespace {

/// The Call-ID of a message of `length` bytes of which `readable` bytes are there.
std::string find_in(const std::string &readable, std::size_t length, std::size_t shift = 0) {
    const ExactText memory(readable, shift);
    const finder_span span = finder_call_id(memory.text(length));
    return readable.substr(span.offset, span.length);
}

std::string find(const std::string &message, std::size_t shift = 0) {
    return find_in(message, message.size(), shift);
}

const std::string kStart = "INVITE sip:bob@example.com SIP/2.0\r\n";
const std::string kVia = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds\r\n";
const std::string kEnd = "Content-Length: 0\r\n\r\n";

/// A message with `header` (line ends and all) among others.
std::string with(const std::string &header) {
    return kStart + kVia + header + kEnd;
}

struct Vector {
    const char *what;
    std::string message;
    std::string call_id;
};

const std::vector<Vector> kNames = {
    {"as usual", with("Call-ID: a84b4c76e66710@pc33.example.com\r\n"),
     "a84b4c76e66710@pc33.example.com"},
    {"compact form", with("i: a1\r\n"), "a1"},
    {"compact form, upper case", with("I: a1\r\n"), "a1"},
    {"lower case", with("call-id: a1\r\n"), "a1"},
    {"upper case", with("CALL-ID: a1\r\n"), "a1"},
    {"mixed case", with("cAlL-iD: a1\r\n"), "a1"},
    {"no blank after the colon", with("Call-ID:a1\r\n"), "a1"},
    {"compact, no blank", with("i:a1\r\n"), "a1"},
    {"many blanks after the colon", with("Call-ID:  \t \t  a1\r\n"), "a1"},
    {"blank before the colon", with("Call-ID : a1\r\n"), "a1"},
    {"tab before the colon", with("Call-ID\t: a1\r\n"), "a1"},
    {"blanks and tabs before the colon", with("Call-ID \t \t\t : a1\r\n"), "a1"},
    {"compact, blank before the colon", with("i : a1\r\n"), "a1"},
    {"compact, tabs before the colon", with("i\t\t:\ta1\r\n"), "a1"},
    {"a response", "SIP/2.0 200 OK\r\n" + kVia + "Call-ID: a1\r\n" + kEnd, "a1"},
};

const std::vector<Vector> kFolds = {
    {"CRLF, blank", with("Call-ID:\r\n a1\r\n"), "a1"},
    {"CRLF, tab", with("Call-ID:\r\n\ta1\r\n"), "a1"},
    {"LF, blank", with("Call-ID:\n a1\r\n"), "a1"},
    {"LF, tab", with("Call-ID:\n\ta1\r\n"), "a1"},
    {"blanks before the fold", with("Call-ID: \t \r\n \t a1\r\n"), "a1"},
    {"two folds", with("Call-ID:\r\n \r\n\t a1\r\n"), "a1"},
    {"ten folds", with("Call-ID:\r\n \r\n \r\n \n \n\t\n \r\n \n \r\n \n a1\r\n"), "a1"},
    {"compact", with("i:\r\n a1\r\n"), "a1"},
    {"fold, then nothing, then another one",
     with("Call-ID:\r\n \r\nTo: <sip:b@example.com>\r\nCall-ID: a2\r\n"), "a2"},
    {"a fold behind the value does not belong to it", with("Call-ID: a1\r\n b\r\n"), "a1"},
    {"a fold with a colon behind the value", with("Call-ID: a1\r\n i: b\r\n"), "a1"},
};

const std::vector<Vector> kLineEnds = {
    {"LF only", "INVITE sip:b@example.com SIP/2.0\nVia: x\nCall-ID: a1\nTo: y\n\n", "a1"},
    {"mixed", "INVITE sip:b@example.com SIP/2.0\nVia: x\r\nCall-ID: a1\nTo: y\r\n\n", "a1"},
    {"a leading CRLF", "\r\n" + with("Call-ID: a1\r\n"), "a1"},
    {"many leading line ends", "\r\n\r\n\n\n\r\n" + with("Call-ID: a1\r\n"), "a1"},
    {"first header", kStart + "Call-ID: a1\r\n" + kVia + kEnd, "a1"},
    {"last header", kStart + kVia + "Call-ID: a1\r\n\r\n", "a1"},
    {"no empty line behind it", kStart + kVia + "Call-ID: a1\r\n", "a1"},
    {"no newline behind it", kStart + kVia + "Call-ID: a1", "a1"},
    {"CR and no LF behind it", kStart + kVia + "Call-ID: a1\r", "a1"},
    {"compact, no newline behind it", kStart + "i:a", "a"},
    {"an LF-LF end, a body with another one", kStart + "X: y\n\nCall-ID: a1\r\n\r\n", ""},
};

const std::vector<Vector> kNotHeaders = {
    {"a name that ends like it", with("X-Call-ID: a1\r\n"), ""},
    {"a name that begins like it", with("Call-IDx: a1\r\n"), ""},
    {"Call-ID2", with("Call-ID2: a1\r\n"), ""},
    {"CallID", with("CallID: a1\r\n"), ""},
    {"Call_ID", with("Call_ID: a1\r\n"), ""},
    {"Call\\x0dID: the hyphen with bit 0x20 cleared", with("Call\x0dID: a1\r\n"), ""},
    {"ii", with("ii: a1\r\n"), ""},
    {"In-Reply-To", with("In-Reply-To: a1\r\n"), ""},
    {"no colon", with("Call-ID a1\r\n"), ""},
    {"a word between name and colon", with("Call-ID x: a1\r\n"), ""},
    {"a fold between name and colon", with("Call-ID\r\n : a1\r\n"), ""},
    {"the start line", "Call-ID: a1\r\n" + kVia + kEnd, ""},
    {"the start line, compact", "i: a1\r\n" + kVia + kEnd, ""},
    {"a folded line of another header", with("Subject: x\r\n Call-ID: a1\r\n"), ""},
    {"a folded line, with a tab", with("Subject: x\r\n\tCall-ID: a1\r\n"), ""},
    {"a folded line, with LF", with("Subject: x\n i: a1\r\n"), ""},
    {"within a line", with("Subject: Call-ID: a1\r\n"), ""},
    {"after a bare CR", with("Subject: x\rCall-ID: a1\r\n"), ""},
    {"the body", kStart + kVia + kEnd + "Call-ID: a1\r\n\r\n", ""},
    {"the body, LF", "BYE sip:b SIP/2.0\nVia: x\n\ni: a1\n", ""},
    {"past another one, really", with("X-Call-ID: x\r\nCall-IDx: y\r\nCall-ID: a1\r\n"), "a1"},
    {"a line of blanks is a fold, not the end", kStart + "X: y\r\n \r\nCall-ID: a1\r\n", "a1"},
};

const std::vector<Vector> kValues = {
    {"the first of two", with("Call-ID: a1\r\nCall-ID: a2\r\n"), "a1"},
    {"the first of two, compact", with("i: a1\r\nCall-ID: a2\r\n"), "a1"},
    {"empty", with("Call-ID:\r\n"), ""},
    {"blanks only", with("Call-ID: \t \r\n"), ""},
    {"empty at the end", kStart + "Call-ID:", ""},
    {"empty at the end, with blanks", kStart + "Call-ID:   ", ""},
    {"empty first, the second counts", with("Call-ID:\r\ni: a2\r\n"), "a2"},
    {"empty first with blanks, the second counts", with("Call-ID:  \r\nCall-ID: a2\r\n"), "a2"},
    {"trailing blanks", with("Call-ID: a1 \t  \r\n"), "a1"},
    {"trailing blanks at the end of the message", kStart + "Call-ID: a1 \t ", "a1"},
    {"a blank inside is kept", with("Call-ID: a b\tc \r\n"), "a b\tc"},
    {"its case is kept", with("Call-ID: aBcD@Example.COM\r\n"), "aBcD@Example.COM"},
    {"semicolons, commas, quotes", with("Call-ID: a;b,\"c\"<d>\r\n"), "a;b,\"c\"<d>"},
    {"a colon", with("Call-ID: :a:1\r\n"), ":a:1"},
    {"bytes above 127 and NUL", with("Call-ID: \xff\x80\0\x01z\r\n"s), "\xff\x80\0\x01z"s},
    {"bytes that differ from CR and LF in the top bit", with("Call-ID: \x8a\x8d\r\n"), "\x8a\x8d"},
};

void check(const std::vector<Vector> &vectors) {
    for (const Vector &vector : vectors) {
        INFO(vector.what << "\n" << vector.message);
        CHECK(find(vector.message) == vector.call_id);
        CHECK(reference_call_id(vector.message) == vector.call_id);
    }
}

std::string value_of_length(std::size_t length) {
    std::string value;
    for (std::size_t i = 0; i < length; i++) {
        value += "0123456789abcdefghijklmnopqrstuvwxyz-@."[i * 7 % 39];
    }
    return value;
}

} // namespace

TEST_CASE("names", "[callid]") {
    check(kNames);
}

TEST_CASE("folds between colon and value", "[callid]") {
    check(kFolds);
}

TEST_CASE("line ends", "[callid]") {
    check(kLineEnds);
}

TEST_CASE("what is no Call-ID header", "[callid]") {
    check(kNotHeaders);
}

TEST_CASE("values", "[callid]") {
    check(kValues);
}

TEST_CASE("nothing, or nearly", "[callid]") {
    for (const std::string text : {"", "\r", "\n", "\r\n", "\r\n\r\n", "i", "i:", "i:a", "\ni:a",
                                   "x\n", "x\ni", "x\ni:", "x\ni: ", "x\nCall-ID"}) {
        INFO("'" << text << "'");
        CHECK(find(text) == "");
        CHECK(reference_call_id(text) == "");
    }
}

TEST_CASE("lengths from 1 to 300, the first 256 bytes count", "[callid]") {
    for (std::size_t length = 1; length <= 300; length++) {
        const std::string value = value_of_length(length);
        const std::string expected = value.substr(0, 256);
        INFO(length);
        CHECK(find(with("Call-ID: " + value + "\r\n")) == expected);
        CHECK(find(kStart + "Call-ID: " + value) == expected);
        CHECK(find(with("i:" + value + "   \r\n")) == expected);
    }
}

TEST_CASE("trailing blanks are no part of a value of any length", "[callid]") {
    for (std::size_t length = 240; length <= 260; length++) {
        for (std::size_t blanks = 0; blanks <= 40; blanks++) {
            const std::string value = value_of_length(length);
            const std::string line = "Call-ID: " + value + std::string(blanks, ' ');
            INFO(length << " bytes, " << blanks << " blanks");
            CHECK(find(with(line + "\r\n")) == value.substr(0, 256));
            CHECK(find(kStart + line) == value.substr(0, 256));
        }
    }
}

TEST_CASE("a value with blanks where it is cut", "[callid]") {
    const std::string value = value_of_length(250) + std::string(10, ' ') + value_of_length(40);
    CHECK(find(with("Call-ID: " + value + "\r\n")) == reference_call_id(with("i: " + value)));
}

TEST_CASE("every alignment in memory and in the message", "[callid]") {
    for (std::size_t shift = 0; shift < 64; shift++) {
        for (std::size_t before = 0; before <= 130; before++) {
            const std::string message =
                kStart + "X: " + std::string(before, 'x') + "\r\nCall-ID: a84b@192.0.2.1\r\n\r\n";
            REQUIRE(find(message, shift) == "a84b@192.0.2.1");
        }
    }
}

TEST_CASE("every distance from the end of what may be read", "[callid]") {
    for (std::size_t length = 1; length <= 70; length++) {
        const std::string value = value_of_length(length);
        for (std::size_t after = 0; after <= 140; after++) {
            const std::string tail = "\r\n" + std::string(after, 'y');
            REQUIRE(find(kStart + "Call-ID: " + value + tail.substr(0, after)) == value);
        }
    }
}

TEST_CASE("anywhere in a large message", "[callid]") {
    const std::size_t fixed = (kStart + "X: \r\n").size();
    for (const std::size_t offset : {1400, 1465, 1471, 1472, 1473, 1480, 1969, 4000, 8900, 16300}) {
        const std::string message =
            kStart + "X: " + std::string(offset - fixed, 'x') + "\r\nCall-ID: far@example.com\r\n";
        REQUIRE(message.find("Call-ID") == offset);
        CHECK(find(message) == "far@example.com");
    }
}

TEST_CASE("a message of many short lines", "[callid]") {
    std::string message = kStart;
    for (std::size_t line = 1; line < 256; line++) {
        message += "i\n"; // each costs a step for the line and one for the name
    }
    CHECK(find(message + "i:a\n") == "a");
    CHECK(find(message + "i:\n a\n").empty());
    CHECK(find(message + "i:\r a\n") == "a");  // one line yet
    CHECK(find(message + "X\ni:a\n").empty()); // one more than are looked at
}

TEST_CASE("a message of blanks before the value", "[callid]") {
    CHECK(find(kStart + "i:" + std::string(9000, ' ') + "a\r\n") == "a");
    CHECK(find(kStart + "i" + std::string(9000, '\t') + ":a\r\n") == "a");
}

TEST_CASE("a message cut short is as if it ended there", "[callid]") {
    const std::string message = with("i: \r\nCall-ID:\r\n a84b@192.0.2.1  \r\n");
    for (std::size_t readable = 0; readable <= message.size(); readable++) {
        const std::string part = message.substr(0, readable);
        INFO(part);
        REQUIRE(find_in(part, message.size()) == reference_call_id(part));
    }
}

TEST_CASE("what follows the message in the packet does not count", "[callid]") {
    const std::string message = with("i: \r\nCall-ID:\r\n a84b@192.0.2.1  \r\n");
    for (const std::string trailer : {"\r\ni: evil\r\nCall-ID: evil\r\n", "\ni:evil", "evil",
                                      "-ID: evil\r\n", " evil", ": evil", "\0\0\0\0\0\0"}) {
        for (std::size_t length = 0; length <= message.size(); length++) {
            const std::string part = message.substr(0, length);
            INFO("'" << part << "' + '" << trailer << "'");
            REQUIRE(find_in(part + trailer + trailer + trailer, length) == reference_call_id(part));
        }
    }
}

namespace {

static const std::vector<std::string> kPieces = {
    "\r",           "\n",      "\r\n",      "\r\n ",    "\n\t", " ",
    "\t",           ":",       "i",         "I:",       "\ni:", "\nCall-ID:",
    "\r\ncall-id ", "Call-ID", "-ID:",      "\r\n\r\n", "\n\n", "\r\ni : x ",
    "\xff",         "\x8a",    "Call-IDx:", " \r\n",    "\r ",  "\n X-Call-ID: q\r\n"};

std::vector<std::string> all_messages() {
    std::vector<std::string> messages;
    for (const auto *vectors : {&kNames, &kFolds, &kLineEnds, &kNotHeaders, &kValues}) {
        for (const Vector &vector : *vectors) {
            messages.push_back(vector.message);
        }
    }
    messages.push_back(with("Call-ID: " + value_of_length(250) + "\r\n"));
    return messages;
}

} // namespace

TEST_CASE("100,000 random messages, against the reference", "[callid]") {
    const std::vector<std::string> messages = all_messages();
    Mutator mutate(20261122, kPieces);
    std::size_t with_call_id = 0;
    for (int i = 0; i < 100'000; i++) {
        const std::string message = mutate(messages[mutate.below(messages.size())]);
        const std::string expected(reference_call_id(message));
        with_call_id += !expected.empty();
        if (find(message, mutate.below(64)) != expected) {
            INFO("message " << i << ":\n" << message);
            REQUIRE(find(message) == expected);
        }
    }
    // Neither nearly all nor nearly none: the mutations must not make the test idle.
    CHECK(with_call_id > 30'000);
    CHECK(with_call_id < 90'000);
}

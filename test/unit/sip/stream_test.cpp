// SPDX-License-Identifier: Apache-2.0
#include "sip/stream.hpp"

#include <catch2/catch.hpp>

using sipsteer::sip::SipStream;

namespace {

std::string message(const std::string &length, const std::string &body = "") {
    return "SIP/2.0 200 OK\r\n" + length + "X: y\r\n\r\n" + body;
}

const std::string kEmpty = message("Content-Length: 0\r\n");
const std::string kWithBody = message("l : 7\r\n", "v=0\r\n\r\n");

} // namespace

TEST_CASE("messages in one piece") {
    SipStream stream;
    stream.feed(kEmpty + kWithBody + "\r\n\r\n" + kEmpty);
    CHECK(stream.next() == kEmpty);
    CHECK(stream.next() == kWithBody);
    CHECK(stream.next() == kEmpty);
    CHECK_FALSE(stream.next());
    CHECK_FALSE(stream.broken());
}

TEST_CASE("messages cut anywhere") {
    const std::string all = "\r\n" + kWithBody + kEmpty;
    for (std::size_t cut = 0; cut <= all.size(); cut++) {
        SipStream stream;
        std::string seen;
        const auto read = [&] {
            while (const auto next = stream.next()) {
                seen += *next;
            }
        };
        stream.feed(std::string_view(all).substr(0, cut));
        read();
        stream.feed(std::string_view(all).substr(cut));
        read();
        CHECK(seen == kWithBody + kEmpty);
        CHECK_FALSE(stream.broken());
    }
}

TEST_CASE("messages a byte at a time, with line ends of LF") {
    const std::string plain = "SIP/2.0 200 OK\ncontent-length:\n 2\n\nab";
    SipStream stream;
    for (std::size_t i = 0; i + 1 < plain.size(); i++) {
        stream.feed(plain.substr(i, 1));
        CHECK_FALSE(stream.next());
    }
    stream.feed("b");
    CHECK(stream.next() == plain);
}

TEST_CASE("a message without a good length breaks the stream") {
    for (const std::string length :
         {"", "Content-Length: x\r\n", "Content-Length: -1\r\n", "Content-Length: 1 1\r\n",
          "Content-Length: 65537\r\n", "Content-Length: 99999999999\r\n",
          "Content-Length: 0\r\nl: 1\r\n"}) {
        INFO(length);
        SipStream stream;
        stream.feed(message(length));
        CHECK_FALSE(stream.next());
        CHECK(stream.broken());
    }
    SipStream stream;
    stream.feed(message("Content-Length: 0\r\nl: 0\r\n")); // twice the same
    CHECK(stream.next());
}

TEST_CASE("what never ends breaks the stream") {
    SipStream stream;
    for (int i = 0; i < 70 && !stream.broken(); i++) {
        stream.feed(std::string(1000, 'x'));
        CHECK_FALSE(stream.next());
    }
    CHECK(stream.broken());
}

// SPDX-License-Identifier: Apache-2.0
#include "finder.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace std::string_literals;

namespace {

struct Text {
    explicit Text(const std::string &bytes) : copy(bytes.begin(), bytes.end()) {}
    finder_text text() const { return {copy.data(), copy.size(), copy.size()}; }
    std::vector<std::uint8_t> copy; // exactly what may be read
};

finder_message classify(const std::string &bytes) {
    return finder_classify(Text(bytes).text());
}

bool is_stun(const std::string &bytes) {
    return finder_is_stun(Text(bytes).text()) != 0;
}

const std::string kStun = "\x00\x01\x00\x08\x21\x12\xa4\x42"
                          "abcdefghijkl"
                          "\x80\x22\x00\x04test"s;

} // namespace

TEST_CASE("the event of each method", "[message]") {
    const std::vector<std::pair<std::string, unsigned>> methods = {
        {"INVITE", FINDER_START},   {"ACK", FINDER_DIALOG},    {"BYE", FINDER_END},
        {"CANCEL", FINDER_CANCEL},  {"PRACK", FINDER_DIALOG},  {"UPDATE", FINDER_DIALOG},
        {"INFO", FINDER_DIALOG},    {"NOTIFY", FINDER_DIALOG}, {"REFER", FINDER_DIALOG},
        {"REGISTER", FINDER_OTHER}, {"OPTIONS", FINDER_OTHER}, {"SUBSCRIBE", FINDER_OTHER},
        {"PUBLISH", FINDER_OTHER},  {"MESSAGE", FINDER_OTHER},
    };
    for (const auto &[method, event] : methods) {
        INFO(method);
        const finder_message message = classify(method + " sip:bob@example.com SIP/2.0\r\n");
        CHECK(message.event == event);
        CHECK(message.sip == 1);
        CHECK(message.start == 0);
    }
}

TEST_CASE("responses", "[message]") {
    for (const char *line : {"SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n", "SIP/2.0 603 \r\n"}) {
        CHECK(classify(line).event == FINDER_RESPONSE);
        CHECK(classify(line).sip == 1);
    }
}

TEST_CASE("what is not known", "[message]") {
    for (const std::string &line : std::vector<std::string>{
             "invite sip:bob@example.com SIP/2.0\r\n", "INVITES sip:bob@example.com SIP/2.0\r\n",
             "ACKNOWLEDGE sip:b SIP/2.0\r\n", "BYEBYE sip:b SIP/2.0\r\n",
             "NEWMETHOD sip:b SIP/2.0\r\n", "SIP/1.0 200 OK\r\n", "SIP/2.00200 OK\r\n",
             "GET / HTTP/1.1\r\n", " INVITE sip:b SIP/2.0\r\n", "\0\0\0\0\0\0\0\0\0\0"s}) {
        INFO(line);
        CHECK(classify(line).event == FINDER_OTHER);
        CHECK(classify(line).sip == 0);
    }
}

TEST_CASE("too short for a start line", "[message]") {
    const std::string start = "INVITE sip:bob@example.com SIP/2.0\r\n";
    for (std::size_t length = 0; length < 8; length++) {
        CHECK(classify(start.substr(0, length)).sip == 0);
    }
    CHECK(classify(start.substr(0, 8)).sip == 1);
}

TEST_CASE("leading line ends are skipped", "[message]") {
    for (const std::string skipped : {"\r\n", "\n", "\r\n\r\n", "\r", "\n\r\n\r\r\n\n"}) {
        const finder_message message = classify(skipped + "BYE sip:bob@example.com SIP/2.0\r\n");
        CHECK(message.start == skipped.size());
        CHECK(message.event == FINDER_END);
    }
}

TEST_CASE("a keep-alive has no first line", "[message]") {
    for (const std::string bytes : {"", "\r\n", "\r\n\r\n", "\n\n\n\n\n\n\n\n\n\n\n\n"}) {
        CHECK(classify(bytes).start == bytes.size());
        CHECK(classify(bytes).sip == 0);
    }
}

TEST_CASE("STUN", "[message]") {
    CHECK(is_stun(kStun));
    CHECK(is_stun(kStun.substr(0, 20)));
    CHECK_FALSE(is_stun(kStun.substr(0, 19)));

    const auto changed = [](std::size_t at, char byte) {
        std::string copy = kStun;
        copy[at] = byte;
        return copy;
    };
    CHECK(is_stun(changed(0, '\x3f')));
    CHECK_FALSE(is_stun(changed(0, '\x40')));
    CHECK_FALSE(is_stun(changed(0, '\x80')));
    CHECK_FALSE(is_stun(changed(3, '\x07')));
    for (std::size_t at = 4; at < 8; at++) {
        CHECK_FALSE(is_stun(changed(at, '\x5a')));
    }
    CHECK_FALSE(is_stun("INVITE sip:bob@example.com SIP/2.0\r\n"));
}

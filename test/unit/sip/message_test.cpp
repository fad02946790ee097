// SPDX-License-Identifier: Apache-2.0
#include "sip/finder.h"

#include <sipsteer/method.h>

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

TEST_CASE("methods and what they mean to a call", "[message]") {
    struct Row {
        const char *name;
        unsigned method, event;
    };
    for (const Row &row : {
             Row{"INVITE", SS_METHOD_INVITE, FINDER_START},
             Row{"ACK", SS_METHOD_ACK, FINDER_ACK},
             Row{"BYE", SS_METHOD_BYE, FINDER_END},
             Row{"CANCEL", SS_METHOD_CANCEL, FINDER_CANCEL},
             Row{"REGISTER", SS_METHOD_REGISTER, FINDER_OTHER},
             Row{"OPTIONS", SS_METHOD_OPTIONS, FINDER_OTHER},
             Row{"PRACK", SS_METHOD_PRACK, FINDER_OTHER},
             Row{"SUBSCRIBE", SS_METHOD_SUBSCRIBE, FINDER_OTHER},
             Row{"NOTIFY", SS_METHOD_NOTIFY, FINDER_OTHER},
             Row{"PUBLISH", SS_METHOD_PUBLISH, FINDER_OTHER},
             Row{"INFO", SS_METHOD_INFO, FINDER_OTHER},
             Row{"REFER", SS_METHOD_REFER, FINDER_OTHER},
             Row{"MESSAGE", SS_METHOD_MESSAGE, FINDER_OTHER},
             Row{"UPDATE", SS_METHOD_UPDATE, FINDER_OTHER},
         }) {
        INFO(row.name);
        const auto message = classify(std::string(row.name) + " sip:bob@example.com SIP/2.0\r\n");
        CHECK(message.method == row.method);
        CHECK(message.start == 0);
        CHECK(finder_event_of(message.method) == row.event);
    }
    CHECK(finder_event_of(SS_METHOD_OTHER) == FINDER_OTHER);
    CHECK(finder_event_of(SS_METHOD_NONE) == FINDER_OTHER);
}

TEST_CASE("responses by class", "[message]") {
    const std::pair<const char *, unsigned> lines[] = {
        {"SIP/2.0 100 Trying\r\n", SS_METHOD_RESPONSE_1XX},
        {"SIP/2.0 200 OK\r\n", SS_METHOD_RESPONSE_2XX},
        {"sip/2.0 200 OK\r\n", SS_METHOD_RESPONSE_2XX},
        {"sIp/2.0 404 x\r\n", SS_METHOD_RESPONSE_4XX},
        {"SIP/2.0 302 Moved Temporarily\r\n", SS_METHOD_RESPONSE_3XX},
        {"SIP/2.0 486 Busy Here\r\n", SS_METHOD_RESPONSE_4XX},
        {"SIP/2.0 503 Service Unavailable\r\n", SS_METHOD_RESPONSE_5XX},
        {"SIP/2.0 603 \r\n", SS_METHOD_RESPONSE_6XX},
        {"SIP/2.0 700 X\r\n", SS_METHOD_RESPONSE_OTHER},
        {"SIP/2.0 099 X\r\n", SS_METHOD_RESPONSE_OTHER},
        {"SIP/2.0  200 X\r\n", SS_METHOD_RESPONSE_OTHER},
        {"SIP/2.0 ", SS_METHOD_RESPONSE_OTHER},
    };
    for (const auto &[line, method] : lines) {
        INFO(line);
        CHECK(classify(line).method == method);
        CHECK(finder_event_of(method) == FINDER_RESPONSE);
    }
}

TEST_CASE("what is not known", "[message]") {
    for (const std::string &line : std::vector<std::string>{
             "ack sip:bob@example.com SIP/2.0\r\n", "invites sip:b SIP/2.0\r\n",
             "INVITES sip:bob@example.com SIP/2.0\r\n", "ACKNOWLEDGE sip:b SIP/2.0\r\n",
             "BYEBYE sip:b SIP/2.0\r\n", "NEWMETHOD sip:b SIP/2.0\r\n",
             "REGISTERS sip:b SIP/2.0\r\n", "SUBSCRIBER sip:b SIP/2.0\r\n",
             "SUBSCRIB sip:b SIP/2.0\r\n", "SIP/1.0 200 OK\r\n", "SIPO2.0 200 OK\r\n",
             "3IP/2.0 200 OK\r\n", "SIP/2.P 200 OK\r\n", "SIP/2.00200 OK\r\n", "GET / HTTP/1.1\r\n",
             " INVITE sip:b SIP/2.0\r\n", "\0\0\0\0\0\0\0\0\0\0"s}) {
        INFO(line);
        CHECK(classify(line).method == SS_METHOD_NONE);
    }
}

TEST_CASE("too short for a start line", "[message]") {
    const std::string start = "INVITE sip:bob@example.com SIP/2.0\r\n";
    for (std::size_t length = 0; length < 8; length++) {
        CHECK(classify(start.substr(0, length)).method == SS_METHOD_NONE);
    }
    CHECK(classify(start.substr(0, 8)).method == SS_METHOD_INVITE);
}

TEST_CASE("leading line ends are skipped", "[message]") {
    for (const std::string skipped : {"\r\n", "\n", "\r\n\r\n", "\r", "\n\r\n\r\r\n\n"}) {
        const finder_message message = classify(skipped + "BYE sip:bob@example.com SIP/2.0\r\n");
        CHECK(message.start == skipped.size());
        CHECK(message.method == SS_METHOD_BYE);
    }
}

TEST_CASE("a keep-alive has no first line", "[message]") {
    for (const std::string bytes : {"", "\r\n", "\r\n\r\n", "\n\n\n\n\n\n\n\n\n\n\n\n"}) {
        CHECK(classify(bytes).start == bytes.size());
        CHECK(classify(bytes).method == SS_METHOD_NONE);
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

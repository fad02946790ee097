// SPDX-License-Identifier: Apache-2.0
//
// The program finds the Call-ID that its finder, compiled natively, finds: what the table holds is
// the hash, made by the reference, of that value.
#include "farm.hpp"
#include "reference_finder.hpp"
#include "shared_sip.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

using namespace std::string_literals;
using namespace sipsteer::test;

namespace {

std::string native_call_id(const std::string &message) {
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(message.data());
    const finder_span span = finder_call_id({bytes, message.size(), message.size()});
    return message.substr(span.offset, span.length);
}

bool is_complete(const std::string &message) {
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(message.data());
    return finder_is_complete({bytes, message.size(), message.size()}) != 0;
}

void check_table(Farm &farm, const std::string &message, const std::string &call_id) {
    farm.forget_calls();
    const Outcome outcome = farm.run(to_vip(message));
    INFO(message);
    INFO("Call-ID '" << call_id << "', " << reason_label(outcome.reason));
    const std::uint64_t hash = call_id.empty() ? source_hash(kClient) : call_hash(call_id);
    CHECK(server_of(outcome) == Farm::ring_server(hash));
    CHECK((outcome.reason == SS_REASON_DOUBTFUL) == (!call_id.empty() && !is_complete(message)));
    if (outcome.reason == SS_REASON_DIALOG_UNKNOWN || outcome.reason == SS_REASON_DOUBTFUL) {
        CHECK((outcome.reason != SS_REASON_DOUBTFUL || farm.entries().empty()));
        farm.forget_calls();
        farm.plant(hash, SS_CALL_CONFIRMED, 3);
        CHECK(server_of(farm.run(to_vip(message))) == 3);
        CHECK_FALSE(call_id.empty());
        return;
    }
    const auto entry = farm.entry(hash, 0);
    REQUIRE(entry);
    CHECK(farm.entries().size() == 1);
    CHECK((ss_call_state(entry->value) == SS_CALL_SOURCE) == call_id.empty());
    CHECK(ss_call_server(entry->value) == Farm::ring_server(hash));
}

const std::string kStart =
    "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCSeq: 1 INVITE\r\n";

std::string value_of_length(std::size_t length) {
    std::string value;
    for (std::size_t i = 0; i < length; i++) {
        value += "0123456789abcdefghijklmnopqrstuvwxyz-@."[i * 7 % 39];
    }
    return value;
}

} // namespace

TEST_CASE("shapes of the Call-ID header", "[messages]") {
    Farm farm;
    const std::pair<std::string, std::string> headers[] = {
        {"Call-ID: a1\r\n", "a1"},
        {"call-id:a1\r\n", "a1"},
        {"i: a1\r\n", "a1"},
        {"I \t : \t a1 \t \r\n", "a1"},
        {"Call-ID:\r\n \n\t a1\r\n", "a1"},
        {"i:\n a b\tc\n", "a b\tc"},
        {"Call-ID:\r\ni: a2\r\n", "a2"},
        {"Call-ID: a1\r\nCall-ID: a2\r\n", "a1"},
        {"X-Call-ID: x\r\nCall-IDx: y\r\nSubject: z\r\n i: w\r\nCALL-ID: a1\r\n", "a1"},
        {"Call-ID: \xff\x80\0\x01\r\n"s, "\xff\x80\0\x01"s},
        {"Call-ID:\r\n", ""},
        {"\r\nCall-ID: a1\r\n", ""},
        {"Call-ID: a1", "a1"},
        {"Call-ID: a1\r", "a1"},
    };
    for (const auto &[header, call_id] : headers) {
        check_table(farm, kStart + header, call_id);
        check_table(farm, "\r\n\r\n" + kStart + header, call_id);
        check_table(farm, kStart + header + "\r\nBody: i:x\r\n", call_id);
    }
}

TEST_CASE("lengths from 1 to 300", "[messages]") {
    Farm farm;
    for (std::size_t length = 1; length <= 300; length++) {
        const std::string value = value_of_length(length);
        check_table(farm, kStart + "Call-ID: " + value + "\r\n\r\n", value.substr(0, 256));
        check_table(farm, kStart + "i:" + value, value.substr(0, 256));
    }
}

TEST_CASE("trailing blanks where the value is cut", "[messages]") {
    Farm farm;
    for (const std::size_t length : {248, 255, 256}) {
        const std::string value = value_of_length(length);
        check_table(farm, kStart + "i:" + value + std::string(20, ' ') + "\r\n\r\n", value);
    }
}

TEST_CASE("every alignment, and every distance from the packet's end", "[messages]") {
    Farm farm;
    for (std::size_t before = 0; before < 70; before++) {
        check_table(farm,
                    kStart + "X: " + std::string(before, 'x') + "\r\ni: a84b@192.0.2.1\r\n\r\n",
                    "a84b@192.0.2.1");
    }
    for (std::size_t after = 0; after < 140; after++) {
        check_table(farm,
                    kStart + "Call-ID: a84b@192.0.2.1" +
                        ("\r\n" + std::string(after, 'y')).substr(0, after),
                    "a84b@192.0.2.1");
    }
}

TEST_CASE("far into the packet", "[messages]") {
    Farm farm;
    for (const std::size_t offset : {1465, 1472, 1473, 1969, 3000, 3300}) {
        const std::string filler(offset - kStart.size() - 5, 'x');
        check_table(farm, kStart + "X: " + filler + "\r\nCall-ID: far@example.com\r\n\r\n",
                    "far@example.com");
    }
}

TEST_CASE("messages that cost many steps", "[messages]") {
    Farm farm;
    std::string lines = kStart;
    for (std::size_t line = 3; line < 256; line++) {
        lines += "i\n";
    }
    check_table(farm, lines + "i:a\n", "a");
    check_table(farm, kStart + "i" + std::string(1500, ' ') + ":" + std::string(1500, '\t') + "a",
                "a");
    check_table(farm, std::string(3000, '\n') + kStart + "i:a", "a");
}

TEST_CASE("collected messages", "[messages]") {
    Farm farm;
    const auto messages = read_shared_sip();
    if (!messages) {
        WARN("skipped: no collected messages (SIPSTEER_SHARED_SIP names their folder)");
        return;
    }
    for (const SharedMessage &message : *messages) {
        INFO(message.file);
        const std::string call_id = native_call_id(message.text);
        if (message.parsers_agree >= 3) {
            CHECK(call_id == message.call_id);
        }
        check_table(farm, message.text, call_id);
    }
    CHECK(messages->size() > 160);
}

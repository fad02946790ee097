// SPDX-License-Identifier: Apache-2.0
//
// User-Agent by its first bytes.
#include "exact_text.hpp"
#include "sip/finder.h"

#include <sipsteer/guard.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {

/// As the controller writes it into the map.
std::array<ss_guard_agent, SS_GUARD_AGENTS> names_of(const std::vector<std::string> &prefixes) {
    std::array<ss_guard_agent, SS_GUARD_AGENTS> names{};
    for (std::size_t i = 0; i < prefixes.size(); i++) {
        std::memcpy(names[i].text, prefixes[i].data(), prefixes[i].size());
        std::memset(names[i].mask, 0xff, prefixes[i].size());
    }
    return names;
}

bool has(const std::string &message, const std::vector<std::string> &prefixes) {
    const auto names = names_of(prefixes);
    const finder_text text{reinterpret_cast<const std::uint8_t *>(message.data()), message.size(),
                           message.size()};
    return finder_has_agent(text, names.data()) != 0;
}

std::string with(const std::string &line) {
    return "OPTIONS sip:bob@example.com SIP/2.0\r\nCall-ID: a1\r\n" + line + "\r\n\r\n";
}

bool is_scanner(const std::string &line) {
    return has(with(line), {"friendly-scanner", "sipcli"});
}

/// Byte by byte.
bool begins_as(const std::string &value, const std::string &prefix) {
    return value.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), value.begin(), [](char name, char byte) {
               return name == (byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
           });
}

} // namespace

TEST_CASE("a User-Agent is found by its first bytes, in any case", "[agent]") {
    for (const char *line : {
             "User-Agent: friendly-scanner", "user-agent:friendly-scanner/2",
             "USER-AGENT : FRIENDLY-Scanner", "User-Agent:\r\n sipcli/v1.8", "User-Agent: sipcli",
             "User-Agent:\r\nUser-Agent: sipcli", // the first one has no value
         }) {
        INFO(line);
        CHECK(is_scanner(line));
    }
    for (const char *line : {
             "User-Agent: friendly-scanne", "User-Agent: a friendly-scanner", "User-Agent: sipcl",
             "User-Agent: sip\r\n cli", "User-Agents: sipcli", "User-Agen: sipcli",
             "Server: sipcli",
             "User-Agent: phone\r\nUser-Agent: sipcli", // the first one counts
             "Subject: User-Agent: sipcli",
             "\r\nUser-Agent: sipcli", // in the body
         }) {
        INFO(line);
        CHECK_FALSE(is_scanner(line));
    }
    CHECK_FALSE(has(with("User-Agent: sipcli"), {}));
}

TEST_CASE("a User-Agent at the end of a message is read up to it", "[agent]") {
    const std::string whole = with("User-Agent: sipcli");
    const std::string cut = whole.substr(0, whole.size() - 4);
    CHECK(has(cut, {"sipcli"}));
    CHECK_FALSE(has(cut.substr(0, cut.size() - 1), {"sipcli"}));
    CHECK(has(cut.substr(0, cut.size() - 1), {"sipcl"}));
    // What lies behind it in memory is not looked at.
    const auto names = names_of({"sipcli"});
    const finder_text text{reinterpret_cast<const std::uint8_t *>(whole.data()), whole.size(),
                           cut.size() - 1};
    CHECK_FALSE(finder_has_agent(text, names.data()));
}

TEST_CASE("only letters have two cases", "[agent]") {
    for (int byte = 1; byte < 256; byte++) {
        if (byte == '\r' || byte == '\n') {
            continue;
        }
        const std::string value = std::string("x") + static_cast<char>(byte) + "yz";
        for (const std::string prefix : {"x@yz", "x`yz", "x[yz", "x{yz", "xayz", "xzyz", "x_yz"}) {
            INFO(byte << " against " << prefix);
            CHECK(has(with("User-Agent: " + value), {prefix}) == begins_as(value, prefix));
        }
    }
}

TEST_CASE("any length of name and of message agrees with a slow reader", "[agent]") {
    std::mt19937 random(7);
    const auto letters = [&random](std::size_t length) {
        std::string text(length, 'a');
        std::generate(text.begin(), text.end(), [&] { return "abAB-"[random() % 5]; });
        return text;
    };
    int found = 0;
    for (int round = 0; round < 20'000; round++) {
        std::string prefix = letters(4 + random() % 13);
        std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        const std::string value = random() % 2 == 0
                                      ? prefix.substr(0, random() % 18) + letters(random() % 20)
                                      : letters(1 + random() % 20);
        const bool expected = begins_as(value, prefix);
        const std::string message =
            "OPTIONS sip:b SIP/2.0\r\nUser-Agent: " + value + (random() % 2 == 0 ? "\r\n\r\n" : "");
        INFO(value << " against " << prefix);
        CHECK(has(message, {"nobody-has", prefix}) == expected);
        found += expected ? 1 : 0;
    }
    CHECK(found > 1000);
}

// SPDX-License-Identifier: Apache-2.0
//
// Collected messages nobody on this project wrote (shared_sip.hpp); skipped without them.
#include "reference_finder.hpp"
#include "shared_sip.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

#include <cstdint>
#include <iostream>
#include <map>
#include <string>

using namespace sipsteer::test;

namespace {

std::string find(const std::string &message) {
    const std::vector<std::uint8_t> copy(message.begin(), message.end());
    const finder_span span = finder_call_id({copy.data(), copy.size(), copy.size()});
    return message.substr(span.offset, span.length);
}

/// Why our answer is right where fewer than three parsers agree on one; empty: it is not explained.
std::string reason(const SharedMessage &message, const std::string &found) {
    static const std::map<std::string, std::string> kRefused = {
        {"bigcode.dat", "refused for its status code of 10 digits; the Call-ID is plain"},
        {"lwsruri.dat", "refused for blanks in the Request-URI; the Call-ID is plain"},
        {"lwsstart.dat", "refused for blanks in the start line; the Call-ID is plain"},
        {"multi01.dat",
         "refused for headers that may be there once only; the first Call-ID counts"},
    };
    const auto refused = kRefused.find(message.file.substr(message.file.rfind('/') + 1));
    if (refused != kRefused.end()) {
        return refused->second;
    }
    if (found.empty()) {
        return message.text.find("Call-ID:") == std::string::npos ? "it has no Call-ID header" : "";
    }
    return message.kind == "other"
               ? "other bytes lie before the start line; the first line is not judged, so that a "
                 "message with a method or a fault not known here stays with its call"
               : "";
}

} // namespace

TEST_CASE("collected messages: the Call-ID that independent parsers find", "[callid]") {
    const auto messages = read_shared_sip();
    if (!messages) {
        WARN("skipped: no collected messages (SIPSTEER_SHARED_SIP names their folder)");
        return;
    }
    REQUIRE(messages->size() > 100);
    for (const SharedMessage &message : *messages) {
        const std::string found = find(message.text);
        INFO(message.file);
        CHECK(found == reference_call_id(message.text));
        if (message.parsers_agree >= 3) {
            CHECK(found == message.call_id);
        } else {
            const std::string why = reason(message, found);
            CHECK_FALSE(why.empty());
            std::cout << message.file << " (" << message.kind << ", " << message.parsers_agree
                      << " parsers agree on '" << message.call_id << "'): '" << found
                      << "': " << why << "\n";
        }
    }
}

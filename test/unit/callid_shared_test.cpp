// SPDX-License-Identifier: Apache-2.0
//
// Collected messages nobody on this project wrote (shared_sip.hpp); skipped without them.
#include "finder.h"
#include "reference_finder.hpp"
#include "shared_sip.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <iostream>

using namespace sipsteer::test;

namespace {

std::string find(const std::string &message) {
    const std::vector<std::uint8_t> copy(message.begin(), message.end());
    const finder_span span = finder_call_id({copy.data(), copy.size(), copy.size()});
    return message.substr(span.offset, span.length);
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
            std::cout << message.file << " (" << message.kind << ", " << message.parsers_agree
                      << " parsers agree on '" << message.call_id << "'): '" << found << "'\n";
        }
    }
}

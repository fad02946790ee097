// SPDX-License-Identifier: Apache-2.0
//
// SIP messages that are like those on the wire in what matters here: their size, where the Call-ID
// is in them, and how many lines come before it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sipsteer::bench {

enum class Method { kInvite, kAck, kBye, kWithoutCallId };

struct Message {
    std::string text;
    std::size_t digits; // offset of the digits in its Call-ID that say which call it is
};

/// `count` different messages. The Call-ID's line begins at byte 190 to 550, median 275, nine of
/// ten before 353, as in 291 captured requests; an INVITE has 600 to 1400 bytes, median 833.
std::vector<Message> make_messages(Method method, std::size_t count);

} // namespace sipsteer::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"

#include <sipsteer/method.h>

#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::sip {

enum class Kind { Request, Response, KeepAlive, Stun, Other };

/// What is known of a message that steers it.
struct Message {
    Kind kind = Kind::Request;
    unsigned method = SS_METHOD_INVITE; // enum ss_method
    unsigned asked = SS_METHOD_INVITE;  // of a response, the method that it answers; else method
    std::string call_id;                // as hashed: at most SS_KEY_BYTES; empty: it has none
    std::optional<std::string> to_user; // likewise
    std::optional<std::string> request_user; // in the Request-URI, likewise
    std::optional<std::string> sent_by;      // of the topmost Via, likewise
    std::optional<std::string> received;     // of the topmost Via, likewise
    std::optional<std::string> named;        // Call-ID in Replaces or Target-Dialog, likewise
    std::optional<std::string> user_agent;   // the first line of it
    std::optional<Address> source;           // of the client
    bool ends_call = false;                  // a final answer to a BYE
    bool in_dialog = false;                  // To has a tag
    bool complete = true;                    // a server would take it, as far as its headers show
    bool sound = true;                       // likewise, for a call that it has

    /// What is absent of the message is not in it. Otherwise it is not known.
    bool whole = false;
};

/// A datagram's payload as the data plane reads it, found by its own code (finder.h).
Message read_message(std::string_view payload);

/// Likewise, of a datagram's first fragment, which is steered by what it has itself: a Call-ID that
/// may go on behind its end is none.
Message read_first_fragment(std::string_view payload);

/// The INVITE of a new call, or whatever a call in the table has last: all that is known is its
/// Call-ID. Nothing if no message can have it: it is empty, or has a line end in it.
std::optional<Message> message_of(std::string_view call_id);

/// "request", "response", "keepalive", "stun" or "other".
std::string_view kind_name(Kind kind);

} // namespace sipsteer::sip

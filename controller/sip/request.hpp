// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::sip {

/// The first value of the first Via: who sent the request to us.
struct TopVia {
    std::vector<std::string> parts; // at semicolons: protocol and sent-by, then the parameters
    std::string others;             // further values in the same header, from the comma on
    std::string host;               // of sent-by; an IPv6 address without its brackets
    std::uint16_t port = 5060;      // of sent-by
    bool rport = false;             // asks for RFC 3581
    bool received = false;          // has a received parameter already
};

/// What an answer needs of a request.
struct Request {
    std::string method;
    /// Via, From, To, Call-ID and CSeq, all of them, in their order.
    std::vector<sip::Header> copied;
    std::size_t via = 0; // which of `copied` is the first Via
    std::size_t to = 0;  // and which To
    TopVia top;
    bool to_has_tag = false;
};

/// Reads a datagram, or as much of it as there is. Nothing if it is no SIP/2.0 request, its header
/// has no end, or one of the headers above is missing, malformed or, but for Via, there twice.
std::optional<Request> parse_request(std::string_view message);

} // namespace sipsteer::sip

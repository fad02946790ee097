// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::sip {

/// What a probe needs to know of a SIP response.
struct SipReply {
    unsigned code = 0;  // 100 to 699
    std::string reason; // "Service Unavailable"; may be empty
    std::string branch; // of the one Via
    std::uint32_t cseq = 0;
    std::string method; // of CSeq

    bool final() const { return code >= 200; }

    /// "503 Service Unavailable"
    std::string status() const;
};

/// Reads a datagram. Nothing if it is no SIP/2.0 response, its header has no end, or Via or CSeq is
/// missing, malformed or there more than once: a response with a second Via was meant for somebody
/// else (RFC 3261, 8.1.3.3).
std::optional<SipReply> parse_reply(std::string_view datagram);

/// The Content-Length of a message (RFC 3261, 20.14), of which the header is enough. Nothing if it
/// is missing, malformed or there more than once with different values.
std::optional<std::uint32_t> content_length(std::string_view message);

/// Whether the response belongs to our transaction (RFC 3261, 17.1.3).
bool answers(const SipReply &reply, std::string_view branch, std::uint32_t cseq,
             std::string_view method);

/// Whether two branches are the same: parameter values are compared without case (RFC 3261, 7.3.1).
bool same_branch(std::string_view a, std::string_view b);

} // namespace sipsteer::sip

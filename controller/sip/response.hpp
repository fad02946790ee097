// SPDX-License-Identifier: Apache-2.0
//
// The answer to a request that no server can take: 503 Service Unavailable, without any state
// (RFC 3261, 8.2.6, 8.2.7, 21.5.4). Pure.
#pragma once

#include "base/endpoint.hpp"
#include "base/siphash.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace sipsteer::sip {

struct Response {
    std::string text;
    /// At the source's address; host byte order. The source's own port if the Via has rport (RFC
    /// 3581, 4), else that of sent-by (RFC 3261, 18.2.2). Its maddr is not followed: it would let
    /// anybody have us send to any address.
    std::uint16_t port = 0;
};

enum class Unanswered {
    Malformed, // an ACK or no request, cut before the end of its header, or it lacks what an answer
               // needs (request.hpp)
    TooLong,   // the answer would be longer than the request
};

/// An answer is never longer than its request: who sends requests from a forged address could else
/// have us send more to it than he sends himself. Where the room is short, Content-Length and then
/// Retry-After are left out, which a datagram can do without. How many are answered at all is
/// limited for each pool by the data plane. `key`: of the tag in To; the same request gets the same
/// tag again.
std::variant<Response, Unanswered> make_response(std::string_view message, const Endpoint &source,
                                                 std::chrono::seconds retry_after,
                                                 const HashKey &key);

} // namespace sipsteer::sip

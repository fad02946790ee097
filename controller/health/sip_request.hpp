// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "config/model.hpp"

#include <cstdint>
#include <string>

namespace sipsteer::health {

/// What a probe's request is made of, beside the pool's settings.
struct SipRequest {
    const char *transport = "UDP"; // of Via: UDP or TCP
    Endpoint local;                // where the answer is to come to
    Endpoint server;               // what the request is about: the server, or the VIP
    std::string branch;            // with the magic cookie: see new_branch()
    std::string tag;               // of From
    std::string call_id;           // its part before the @
    std::uint32_t cseq = 1;
};

/// A new transaction in a call of its own.
SipRequest new_request(const char *transport, const Endpoint &local, const Endpoint &server);

/// The request, ready to be sent (RFC 3261, 8.1.1). Without settings of the pool: Request-URI is
/// the server, From a user at the local address, To the Request-URI; of a REGISTER To is From,
/// the address-of-record, and without a Contact it only asks (RFC 3261, 10.2.3).
std::string build_request(const SipRequest &request, const config::Probe &settings);

/// A branch for a new transaction (RFC 3261, 8.1.1.7). Nobody can guess it, so a reply that has
/// it comes from somebody who saw the request.
std::string new_branch();

/// 16 random hex digits, for tags and Call-IDs.
std::string random_token();

} // namespace sipsteer::health

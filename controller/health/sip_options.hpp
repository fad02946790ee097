// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/address.hpp"

#include <cstdint>
#include <string>

namespace sipsteer::health {

/// What an OPTIONS request is made of.
struct OptionsRequest {
    Address local;
    std::uint16_t local_port = 0; // host byte order, as all ports here
    Address server;
    std::uint16_t server_port = 0;
    std::string branch;  // with the magic cookie: see new_branch()
    std::string tag;     // of From
    std::string call_id; // its part before the @
    std::uint32_t cseq = 1;
};

/// The request, ready to be sent over UDP (RFC 3261, 11.1).
std::string build_options(const OptionsRequest &request);

/// A branch for a new transaction (RFC 3261, 8.1.1.7). Nobody can guess it, so a reply that has
/// it comes from somebody who saw the request.
std::string new_branch();

/// 16 random hex digits, for tags and Call-IDs.
std::string random_token();

} // namespace sipsteer::health

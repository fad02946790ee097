// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.hpp"
#include "cli/endpoint.hpp"

#include <memory>
#include <openssl/types.h>
#include <string>

namespace sipsteer::cli {

/// Where to ask, and as whom.
struct Access {
    std::string place; // as it was given
    Endpoint endpoint;
    std::string token; // bearer token (RFC 6750); empty: none

    /// Whose certificates are trusted; null: no TLS.
    std::shared_ptr<SSL_CTX> tls = nullptr;
};

/// By the common options; an error if they are not good, or if the token would leave this host in
/// plain text and nothing allows that.
Result<Access> find_access(const Context &context);

} // namespace sipsteer::cli

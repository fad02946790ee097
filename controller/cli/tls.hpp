// SPDX-License-Identifier: Apache-2.0
//
// TLS towards the daemon (OpenSSL): whom to trust, and for which host a certificate must be.
#pragma once

#include "base/result.hpp"

#include <memory>
#include <openssl/ssl.h>
#include <string>

namespace sipsteer::cli {

using TlsContext = std::shared_ptr<SSL_CTX>;

struct FreeTls {
    void operator()(SSL *session) const { SSL_free(session); }
};
using TlsSession = std::unique_ptr<SSL, FreeTls>;

/// The authorities in this file decide whose certificate is good; none is named: the system's.
Result<TlsContext> make_tls(const std::string &ca_file);

/// A session on a connected socket, whose certificate must be for this host (RFC 9110, 4.3.4).
TlsSession start_tls(SSL_CTX *context, int fd, const std::string &host);

/// Why the last call failed.
std::string tls_problem();

} // namespace sipsteer::cli

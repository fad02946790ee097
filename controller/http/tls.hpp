// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace sipsteer::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// A server's side of TLS 1.2 and later (RFC 8446; RFC 9325 for the rest), with that certificate,
/// its chain behind it, and its key: PEM files.
Result<TlsContext> make_tls_context(const std::string &certificate, const std::string &key);

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#include "http/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

namespace sipsteer::http {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

/// For TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325, 4.2). Those of TLS
/// 1.3 all have both.
constexpr const char *kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

} // namespace

Result<TlsContext> make_tls_context(const std::string &certificate, const std::string &key) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX *native = context->native_handle();
    // A client that may renegotiate may have the keys worked out over and over.
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
        return Error{"OpenSSL refuses TLS 1.2 with the ciphers " + std::string(kCiphers)};
    }
    error_code failed;
    context->use_certificate_chain_file(certificate, failed);
    if (failed) {
        return Error{"certificate: " + certificate + ": " + failed.message()};
    }
    context->use_private_key_file(key, ssl::context::pem, failed);
    if (failed) {
        return Error{"key: " + key + ": " + failed.message()};
    }
    if (SSL_CTX_check_private_key(native) != 1) {
        return Error{"key: " + key + " is not the key of " + certificate};
    }
    return context;
}

} // namespace sipsteer::http

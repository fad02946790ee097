// SPDX-License-Identifier: Apache-2.0
#include "cli/tls.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

namespace sipsteer::cli {

namespace {

/// As the library's own for sockets; but a daemon that has gone raises no SIGPIPE.
int send_quietly(BIO *bio, const char *bytes, int size) {
    int fd = -1;
    BIO_get_fd(bio, &fd);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_write(bio);
    }
    return static_cast<int>(sent);
}

int read_from_next(BIO *bio, char *bytes, int size) {
    const int got = BIO_read(BIO_next(bio), bytes, size);
    BIO_clear_retry_flags(bio);
    BIO_copy_next_retry(bio);
    return got;
}

long control_next(BIO *bio, int command, long number, void *pointer) {
    return BIO_ctrl(BIO_next(bio), command, number, pointer);
}

/// The library's socket behind a filter: all goes through to it but what is sent.
BIO *quiet_socket(int fd) {
    static BIO_METHOD *const method = [] {
        BIO_METHOD *quiet = BIO_meth_new(BIO_TYPE_FILTER, "socket without SIGPIPE");
        BIO_meth_set_write(quiet, send_quietly);
        BIO_meth_set_read(quiet, read_from_next);
        BIO_meth_set_ctrl(quiet, control_next);
        return quiet;
    }();
    return BIO_push(BIO_new(method), BIO_new_socket(fd, BIO_NOCLOSE));
}

bool is_address(const std::string &host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

} // namespace

Result<TlsContext> make_tls(const std::string &ca_file) {
    TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) {
        return Error{"TLS: " + tls_problem()};
    }
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
    const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                       : SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
    if (loaded != 1) {
        return Error{(ca_file.empty() ? "the system's certificates" : ca_file) + ": " +
                     tls_problem()};
    }
    return context;
}

TlsSession start_tls(SSL_CTX *context, int fd, const std::string &host) {
    TlsSession session(SSL_new(context));
    BIO *bio = quiet_socket(fd);
    SSL_set_bio(session.get(), bio, bio);
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str());
    } else {
        SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char *>(host.c_str())); // it is copied
        SSL_set1_host(session.get(), host.c_str());
    }
    SSL_set_connect_state(session.get());
    return session;
}

std::string tls_problem() {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? "TLS failed" : reason;
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/channel.hpp"

#include "cli/resolve.hpp"

#include <cerrno>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/un.h>

namespace sipsteer::cli {

namespace {

std::string what_to_do(int failed) {
    if (failed == EACCES) {
        return "; run this as root or join the group of the socket";
    }
    if (failed == ENOENT || failed == ECONNREFUSED) {
        return "; start sipsteerd, or name its address with --api or SIPSTEER_API";
    }
    return {};
}

Error cannot_connect(int failed) {
    return Error{std::strerror(failed) + what_to_do(failed)};
}

bool is_momentary(int failed) {
    return failed == EAGAIN || failed == EINTR;
}

} // namespace

Status Channel::connect() {
    if (const auto connected = connect_anywhere(); !connected) {
        return Error{"cannot reach the daemon at " + access_.place + ": " +
                     connected.error().message};
    }
    return access_.tls ? shake_hands() : Done{};
}

Status Channel::connect_anywhere() {
    const Endpoint &endpoint = access_.endpoint;
    if (!endpoint.socket.empty()) {
        return connect_local();
    }
    const auto places = resolve(endpoint.host, endpoint.port, SOCK_STREAM);
    if (!places) {
        return places.error();
    }
    Status connected = Error{};
    for (const addrinfo *place = places->get(); place != nullptr; place = place->ai_next) {
        connected = connect_to(place->ai_addr, place->ai_addrlen);
        if (connected) {
            break;
        }
    }
    return connected;
}

Status Channel::connect_local() {
    const std::string &path = access_.endpoint.socket;
    sockaddr_un address{};
    if (path.size() >= sizeof(address.sun_path)) {
        return cannot_connect(ENAMETOOLONG);
    }
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    return connect_to(reinterpret_cast<const sockaddr *>(&address), sizeof(address));
}

Status Channel::connect_to(const sockaddr *address, socklen_t size) {
    fd_.reset(::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd_) {
        return cannot_connect(errno);
    }
    if (::connect(fd_.get(), address, size) == 0) {
        return Done{};
    }
    int failed = errno;
    if (failed == EINPROGRESS) {
        if (auto waited = waiting_.wait(fd_.get(), POLLOUT); !waited) {
            return waited;
        }
        socklen_t length = sizeof(failed);
        ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &failed, &length);
    }
    return failed == 0 ? Status(Done{}) : cannot_connect(failed);
}

Status Channel::shake_hands() {
    tls_ = start_tls(access_.tls.get(), fd_.get(), access_.endpoint.host);
    const auto done = attempt([this] { return tls_outcome(SSL_connect(tls_.get())); });
    if (done && *done > 0) {
        return Done{};
    }
    if (const long verified = SSL_get_verify_result(tls_.get()); verified != X509_V_OK) {
        return Error{"the certificate of " + access_.place +
                     " is not trusted: " + X509_verify_cert_error_string(verified) +
                     "; name its authority with --ca-file, its host name with --api"};
    }
    return Error{"cannot reach the daemon at " + access_.place + ": " +
                 (done ? "end of stream" : done.error().message)};
}

Status Channel::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = attempt([&] {
            if (tls_) {
                return tls_outcome(
                    SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())));
            }
            const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            return count >= 0            ? Attempt{static_cast<std::size_t>(count)}
                   : is_momentary(errno) ? Attempt{0, POLLOUT}
                                         : Attempt{0, 0, std::strerror(errno)};
        });
        if (!sent) {
            return sent.error();
        }
        bytes.remove_prefix(*sent);
    }
    return Done{};
}

Result<std::string_view> Channel::read() {
    if (const auto looked = waiting_.look(); !looked) {
        return looked.error();
    }
    const auto got = attempt([this] {
        if (tls_) {
            return tls_outcome(
                SSL_read(tls_.get(), piece_.data(), static_cast<int>(piece_.size())));
        }
        const auto count = ::recv(fd_.get(), piece_.data(), piece_.size(), 0);
        return count >= 0            ? Attempt{static_cast<std::size_t>(count)}
               : is_momentary(errno) ? Attempt{0, POLLIN}
                                     : Attempt{0, 0, std::strerror(errno)};
    });
    return got ? Result<std::string_view>(std::string_view(piece_.data(), *got)) : got.error();
}

/// Tries until it is done or has failed, and waits in between.
Result<std::size_t> Channel::attempt(const std::function<Attempt()> &once) {
    for (;;) {
        ERR_clear_error();
        auto made = once();
        if (!made.problem.empty()) {
            return Error{std::move(made.problem)};
        }
        if (made.wanted == 0) {
            return made.bytes;
        }
        if (const auto waited = waiting_.wait(fd_.get(), made.wanted); !waited) {
            return waited.error();
        }
    }
}

Channel::Attempt Channel::tls_outcome(int result) const {
    if (result > 0) {
        return {static_cast<std::size_t>(result)};
    }
    const int system = errno;
    switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return {0, POLLIN};
    case SSL_ERROR_WANT_WRITE:
        return {0, POLLOUT};
    case SSL_ERROR_ZERO_RETURN:
        return {};
    case SSL_ERROR_SYSCALL:
        return {0, 0, std::strerror(system)};
    default:
        return {0, 0, tls_problem()};
    }
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "http/transport.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sipsteer::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

template <typename Tls>
std::variant<StreamSocket, Tls> make_stream(StreamSocket socket, const TlsContext &tls) {
    if (tls) {
        return Tls(std::move(socket), *tls);
    }
    return socket;
}

} // namespace

Transport::Transport(StreamSocket socket, const TlsContext &tls)
    : tls_(tls), stream_(make_stream<Tls>(std::move(socket), tls)) {}

StreamSocket &Transport::socket() {
    auto *tls = std::get_if<Tls>(&stream_);
    return tls != nullptr ? tls->next_layer() : std::get<StreamSocket>(stream_);
}

asio::awaitable<error_code> Transport::handshake() {
    error_code failed;
    if (auto *tls = std::get_if<Tls>(&stream_)) {
        co_await tls->async_handshake(asio::ssl::stream_base::server,
                                      asio::redirect_error(asio::use_awaitable, failed));
    }
    co_return failed;
}

asio::awaitable<void> Transport::end_writing() {
    error_code ignored;
    if (auto *tls = std::get_if<Tls>(&stream_)) {
        co_await tls->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
    socket().shutdown(StreamSocket::shutdown_send, ignored);
}

} // namespace sipsteer::http

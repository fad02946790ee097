// SPDX-License-Identifier: Apache-2.0
#include "http/transport.hpp"

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string_view>
#include <utility>
#include <variant>

namespace sipsteer::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Tls = asio::ssl::stream<StreamSocket>;
using Connection = std::variant<StreamSocket, Tls>;

Connection make_connection(StreamSocket socket, const TlsContext &tls) {
    if (tls) {
        return Tls(std::move(socket), *tls);
    }
    return socket;
}

auto into(error_code &failed) {
    return asio::redirect_error(asio::use_awaitable, failed);
}

} // namespace

struct Transport::State {
    TlsContext tls; // the connection needs it
    Connection connection;
    char waste = 0;

    StreamSocket &socket() {
        auto *over_tls = std::get_if<Tls>(&connection);
        return over_tls != nullptr ? over_tls->next_layer() : std::get<StreamSocket>(connection);
    }
};

Transport::Transport(StreamSocket socket, const TlsContext &tls)
    : state_(std::make_unique<State>(State{tls, make_connection(std::move(socket), tls)})) {}

Transport::Transport(Transport &&other) noexcept = default;
Transport::~Transport() = default;

asio::any_io_executor Transport::get_executor() {
    return state_->socket().get_executor();
}

bool Transport::is_open() const {
    return state_->socket().is_open();
}

asio::awaitable<error_code> Transport::handshake() {
    error_code failed;
    if (auto *tls = std::get_if<Tls>(&state_->connection)) {
        co_await tls->async_handshake(asio::ssl::stream_base::server, into(failed));
    }
    co_return failed;
}

asio::awaitable<std::size_t> Transport::read_some(asio::mutable_buffer space, error_code &failed) {
    if (auto *tls = std::get_if<Tls>(&state_->connection)) {
        co_return co_await tls->async_read_some(space, into(failed));
    }
    co_return co_await state_->socket().async_read_some(space, into(failed));
}

asio::awaitable<error_code> Transport::write(std::string bytes) {
    error_code failed;
    auto *tls = std::get_if<Tls>(&state_->connection);
    for (std::string_view left = bytes; !left.empty() && !failed;) {
        const asio::const_buffer next(left.data(), left.size());
        if (tls != nullptr) {
            left.remove_prefix(co_await tls->async_write_some(next, into(failed)));
        } else {
            left.remove_prefix(co_await state_->socket().async_write_some(next, into(failed)));
        }
    }
    co_return failed;
}

void Transport::when_heard(std::function<void()> heard) {
    std::visit(
        [&](auto &stream) {
            stream.async_read_some(
                asio::buffer(&state_->waste, 1),
                [heard = std::move(heard)](const error_code &, std::size_t) { heard(); });
        },
        state_->connection);
}

asio::awaitable<void> Transport::end_writing() {
    error_code ignored;
    if (auto *tls = std::get_if<Tls>(&state_->connection)) {
        co_await tls->async_shutdown(into(ignored));
    }
    state_->socket().shutdown(StreamSocket::shutdown_send, ignored);
}

asio::awaitable<void> Transport::discard_rest() {
    error_code failed;
    std::array<char, 4096> waste;
    while (!failed) {
        co_await state_->socket().async_read_some(asio::buffer(waste), into(failed));
    }
}

void Transport::end_reading() {
    error_code ignored;
    state_->socket().shutdown(StreamSocket::shutdown_receive, ignored);
}

void Transport::close() {
    error_code ignored;
    state_->socket().close(ignored);
}

} // namespace sipsteer::http

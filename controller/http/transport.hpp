// SPDX-License-Identifier: Apache-2.0
//
// A client's connection, whatever carries it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

namespace sipsteer::http {

using StreamSocket = boost::asio::generic::stream_protocol::socket; // Unix or TCP
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// A stream of bytes, plain or by TLS, that Asio and Beast read from and write to. One reading and
/// one writing may be under way at once. Must not be moved then, nor go.
class Transport {
public:
    using executor_type = boost::asio::any_io_executor;

    /// `tls` null: plain.
    Transport(StreamSocket socket, const TlsContext &tls);

    executor_type get_executor() { return socket().get_executor(); }
    StreamSocket &socket();

    /// Nothing to do for a plain one.
    boost::asio::awaitable<boost::system::error_code> handshake();

    /// Says that nothing more will be sent, so that the client can tell an end from a cut; nothing
    /// is written after it. By TLS it waits for the client to say so, too, or to go.
    boost::asio::awaitable<void> end_writing();

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers &buffers, Token &&token) {
        return start(token, [this, buffers](auto handler) {
            std::visit([&](auto &stream) { stream.async_read_some(buffers, std::move(handler)); },
                       stream_);
        });
    }

    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers &buffers, Token &&token) {
        return start(token, [this, buffers](auto handler) {
            std::visit([&](auto &stream) { stream.async_write_some(buffers, std::move(handler)); },
                       stream_);
        });
    }

private:
    using Tls = boost::asio::ssl::stream<StreamSocket>;

    template <typename Token, typename Begin>
    static auto start(Token &token, Begin begin) {
        using Signature = void(boost::system::error_code, std::size_t);
        return boost::asio::async_initiate<Token, Signature>(std::move(begin), token);
    }

    TlsContext tls_; // the stream needs it
    std::variant<StreamSocket, Tls> stream_;
};

} // namespace sipsteer::http

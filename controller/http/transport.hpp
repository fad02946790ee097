// SPDX-License-Identifier: Apache-2.0
//
// A client's connection, whatever carries it. Only transport.cpp knows Asio's reading and writing,
// plain and by TLS: their templates cost half a minute to compile.
#pragma once

#include "http/stream_socket.hpp"
#include "http/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace sipsteer::http {

/// A stream of bytes, plain or by TLS. One reading and one writing may be under way at once. Must
/// not be moved then, nor go.
class Transport {
public:
    /// `tls` null: plain.
    Transport(StreamSocket socket, const TlsContext &tls);
    Transport(Transport &&other) noexcept;
    ~Transport();

    boost::asio::any_io_executor get_executor();
    bool is_open() const;

    /// Nothing to do for a plain one.
    boost::asio::awaitable<boost::system::error_code> handshake();

    /// Waits for bytes and gives how many of `space` they fill. 0 with `failed` set at the end
    /// (eof) or on an error.
    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer space,
                                                  boost::system::error_code &failed);

    /// Sends all of it.
    boost::asio::awaitable<boost::system::error_code> write(std::string bytes);

    /// Calls `heard` once, when the client sends a byte, which is lost, or goes.
    void when_heard(std::function<void()> heard);

    /// Says that nothing more will be sent, so that the client can tell an end from a cut; nothing
    /// is written after it. By TLS it waits for the client to say so, too, or to go.
    boost::asio::awaitable<void> end_writing();

    /// Throws away what the client still sends, until it goes. Nothing is read after it.
    boost::asio::awaitable<void> discard_rest();

    /// Makes a reading under way end as if the client had ended.
    void end_reading();

    void close();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace sipsteer::http

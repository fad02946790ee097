// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

namespace sipsteer::http {

/// The body of an answer that goes on: it is sent piece by piece, as there are pieces, until it or
/// the client ends it. A client that does not take a piece in time is let go.
class Stream {
public:
    Stream() = default;
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;
    virtual ~Stream() = default;

    /// Waits for the next piece; an empty one is the end. Pieces should come every half minute at
    /// least: only by sending is a client noticed that has gone without a word.
    virtual boost::asio::awaitable<std::string> next() = 0;

    /// Makes a next() that waits give the end. The client has gone, or the server stops.
    virtual void end() = 0;
};

} // namespace sipsteer::http

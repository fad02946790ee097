// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>

namespace sipsteer::http {

/// Begins to write a body, and waits for it without blocking the event loop.
using BodyLater = std::function<boost::asio::awaitable<std::string>()>;

/// Writes long bodies on a thread of its own: of a large farm they take a good part of a second.
/// Its end waits for the body that is being written.
class TextWriter {
public:
    /// `write` is called on the other thread, so it has all that it needs as copies.
    BodyLater later(std::function<std::string()> write);

private:
    boost::asio::thread_pool pool_{1};
};

} // namespace sipsteer::http
